import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { readWords } from '../domain/cancel-request';
import type { Ledger } from '../ledger/ledger';
import { BadInputError, JobNotFoundError } from './errors';
import { findOpenJob, orUndefined } from './job-status';
import { reachTemporal } from './reach-temporal';

/** Written down before the workflow is ended, so that no watchdog takes it for an accident. */
export async function abandonJob(
  { temporal, ledger }: { temporal: Client; ledger?: Ledger },
  jobId: string,
  words: { reason: string; requestedBy?: string },
): Promise<void> {
  if (ledger === undefined) throw new BadInputError('To abandon a job needs its ledger: name it');
  const { reason, requestedBy = 'unknown' } = readWords(words);
  if (reason === undefined)
    throw new BadInputError('Say why the job is abandoned: it is the last word on it');
  const job = await ledger.job(jobId);
  if (job === undefined) throw new JobNotFoundError(jobId);
  if (job.outcome !== undefined) throw new BadInputError(`Job ${jobId} has ended: ${job.outcome}`);
  const { runId, kind, tenant, matterId, startedAt } = job;
  await ledger.write({
    job: { jobId, runId, kind, tenant, startedAt, ...(matterId !== undefined && { matterId }) },
    remote: {},
    entries: [
      {
        id: randomUUID(),
        at: new Date().toISOString(),
        type: 'ABANDONED',
        detail: { reason, requestedBy, state: 'ENDED' },
      },
    ],
  });
  await reachTemporal(async () => {
    if ((await findOpenJob(temporal, jobId)) === undefined) return;
    await orUndefined(temporal.workflow.getHandle(jobId).terminate(`Abandoned: ${reason}`));
  });
}
