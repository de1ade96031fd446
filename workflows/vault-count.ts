import { patched } from '@temporalio/workflow';
import type { StartedCount } from '../activities/start-count';
import { countJobRequestSchema } from '../src/domain/job-request';
import type { CountJobRequest } from '../src/domain/job-request';
import type { JobRecord } from '../src/domain/job-record';
import type { Proof } from '../src/domain/proof';
import { makeUnlessCancelled } from './creating';
import { idTaken, takeUpIfKnown } from './earlier-runs';
import { Job } from './job';
import { acceptRequest, live, refusedRequest } from './life';
import { watchToTheEnd } from './watching';

/** One count of messages, watched to a proven end and recorded with its numbers. */
export async function vaultCount(input: unknown, carried?: unknown): Promise<JobRecord> {
  const request = acceptRequest(countJobRequestSchema, input);
  const job = new Job({ kind: 'count', whenNotCancellable: 'keep-watching', ...request }, request, carried);
  return live(job, async () => {
    const started = await start(job, request);
    if (started.type !== 'STARTED') return { proof: started, children: [] };
    const { operationName, createTime } = started;
    job.created({ operationName, createTime });
    job.canBeStopped = true;
    return watchToTheEnd(job);
  });
}

type Started =
  | { type: 'STARTED'; operationName: string; createTime: string }
  | Extract<Proof, { type: 'NEVER_CREATED' | 'START_UNKNOWN' }>;

async function start(job: Job, request: CountJobRequest): Promise<Started> {
  const { matterId, query, view } = request;
  // Also a first run may have been begun anew under its id: what is not there is looked for before it is said.
  if (job.cancel.asked && !patched('look-before-never-created')) return { type: 'NEVER_CREATED' };
  job.enter('STATE', 'CREATING');
  const started = await makeUnlessCancelled<StartedCount>(
    job,
    () => job.step((input) => job.steps.startCount({ ...input, matterId, query, view })),
    () =>
      job.step((input) =>
        job.steps.findStartedCount({
          ...input,
          matterId,
          query,
          view,
          sentNothing: job.provablySentNothing,
        }),
      ),
  );
  if (started.type !== 'ID_TAKEN') takeUpIfKnown(job, started);
  if ('possibleOrphans' in started && started.possibleOrphans > 0) {
    job.remote.possibleOrphans = started.possibleOrphans;
  }
  if (started.type === 'UNKNOWABLE' && started.candidates) job.remote.candidates = started.candidates;
  switch (started.type) {
    case 'CREATED':
    case 'FOUND': {
      const { operationName, createTime } = started;
      return { type: 'STARTED', operationName, createTime };
    }
    case 'ABSENT':
      return { type: 'NEVER_CREATED' };
    case 'UNKNOWABLE':
      return { type: 'START_UNKNOWN' };
    case 'REFUSED':
      if (job.cancel.asked) return { type: 'NEVER_CREATED' };
      throw refusedRequest(`Vault refused to start the count: ${started.detail}`);
    case 'ID_TAKEN':
      throw idTaken(started);
  }
}
