import { createHash } from 'node:crypto';

const MARKER_CHARS = 16;

/**
 * What stands in an export's name and tells, of all exports of a matter, which one this job made. The same
 * for every run and attempt of the job, another for the same job id on another cluster or namespace.
 */
export function marker(identity: { clusterId: string; namespace: string }, jobId: string): string {
  const source = JSON.stringify([identity.clusterId, identity.namespace, jobId]);
  return `vj${createHash('sha256').update(source).digest('hex').slice(0, MARKER_CHARS)}`;
}

export function markedName(name: string, mark: string): string {
  return `${name}-${mark}`;
}

export function isMarked(name: string, mark: string): boolean {
  return name.endsWith(`-${mark}`);
}

/** Whether some job, of whatever deployment, made it. */
export function isMarkedByAny(name: string): boolean {
  return /-vj[0-9a-f]{16}$/.test(name);
}
