import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { JobKind } from '../domain/outcome';
import { fingerprint } from '../domain/request-fingerprint';
import { BadInputError } from './errors';

const jobIdSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/,
    'must be 1 to 200 letters, digits, dots, dashes or underscores',
  );

/**
 * The id a job gets: chosen by the caller, or the same for the same request, so that asking twice makes one job.
 * Ids are never encrypted, so without `readable` one tells nothing of the request, and its hash alone tells jobs apart.
 */
export function chooseJobId(
  wanted: { jobId?: string; requestId?: string; again?: boolean },
  kind: JobKind,
  readable: string | undefined,
  request: unknown,
): string {
  if (wanted.requestId !== undefined) {
    if (wanted.jobId !== undefined || wanted.again) {
      throw new BadInputError('Give either a requestId or a jobId or again: each chooses the job by itself');
    }
    // Of the wish alone, so that the same wish for something else is found out.
    return `${kind}-${fingerprint(['requestId', wanted.requestId]).slice(0, 16)}`;
  }
  const hash = fingerprint(request);
  const made =
    readable === undefined
      ? `${kind}-${hash.slice(0, 16)}`
      : `${slug(`${kind}-${readable}`)}-${hash.slice(0, 8)}`;
  const base = wanted.jobId ?? made;
  const id = wanted.again ? `${base}-${randomUUID().slice(0, 8)}` : base;
  const parsed = jobIdSchema.safeParse(id);
  if (!parsed.success) throw new BadInputError(`The job id ${parsed.error.issues[0]?.message}`);
  return id;
}

function slug(text: string): string {
  const clean = text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return clean.replaceAll(/^-+|-+$/g, '').slice(0, 60) || 'job';
}
