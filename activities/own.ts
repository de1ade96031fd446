import type { JobIdentity } from '../src/domain/journal';
import type { ActivityDeps } from './deps';

/**
 * Makes the job the owner of an operation or export before it is watched or cancelled; why not, where another job that runs
 * has it. What belonged to a job that runs no more is passed on.
 */
export async function whyNotOurs(
  deps: Pick<ActivityDeps, 'ledger' | 'isOpen'>,
  { jobId }: JobIdentity,
  remoteName: string,
): Promise<string | undefined> {
  let owner = await deps.ledger.claim(remoteName, jobId);
  if (owner !== jobId && !(await deps.isOpen(owner)))
    owner = await deps.ledger.claim(remoteName, jobId, owner);
  return owner === jobId ? undefined : ownedBy(owner);
}

function ownedBy(jobId: string): string {
  return `Job ${jobId} has it already: ask that job`;
}

/** The same of an export, which a job that made it owns by its id in the ledger. */
export async function whyExportIsNotOurs(
  deps: Pick<ActivityDeps, 'ledger' | 'isOpen'>,
  job: JobIdentity,
  { matterId, exportId }: { matterId: string; exportId: string },
): Promise<string | undefined> {
  for (const { jobId, state } of await deps.ledger.jobs({ exportId })) {
    if (jobId === job.jobId || state === 'ENDED') continue;
    if (await deps.isOpen(jobId)) return ownedBy(jobId);
  }
  return whyNotOurs(deps, job, `matters/${matterId}/exports/${exportId}`);
}
