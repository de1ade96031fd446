import {
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  patched,
  workflowInfo,
} from '@temporalio/workflow';
import type { z } from 'zod';
import { formatDuration } from '../src/domain/duration';
import { explainIssues } from '../src/domain/job-request';
import type { JobRecord } from '../src/domain/job-record';
import { REQUEST_REFUSED } from '../src/domain/messages';
import type { Evidence } from '../src/domain/proof';
import { carryOutCancel } from './cancelling';
import { serve } from './handlers';
import type { Job } from './job';
import { sleepUnlessEnded } from './timer';

/** A request that is wrong fails its workflow, in one sentence; everything else ends in a record. */
export function refusedRequest(detail: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(detail, REQUEST_REFUSED);
}

/** `door` refuses more, and new jobs only: one that runs, or ran before its reset, is what it is. */
export function acceptRequest<S extends z.ZodType>(schema: S, input: unknown, door: S = schema): z.output<S> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw refusedRequest(`The request is not valid: ${explainIssues(parsed.error)}`);
  const atDoor = door.safeParse(input);
  const { runId, firstExecutionRunId } = workflowInfo();
  if (!atDoor.success && runId === firstExecutionRunId && patched('refuse-at-door'))
    throw refusedRequest(`The request is not valid: ${explainIssues(atDoor.error)}`);
  return parsed.data;
}

/**
 * The life that every kind of job shares. Its story runs to a proven end while requests to cancel come in
 * through any door and are carried out beside it; a native cancellation is one more such request, so nothing
 * in here is ever cut short by it. What ends first decides, and is recorded.
 */
export async function live(job: Job, story: () => Promise<Evidence>): Promise<JobRecord> {
  serve(job);
  CancellationScope.current().cancelRequested.catch(() => takeNativeCancellation(job));
  return CancellationScope.nonCancellable(async () => {
    const whileOpen = new CancellationScope();
    const running = whileOpen.run(async () => [
      story(),
      carryOutCancel(job),
      askAtDeadline(job),
      untilLastLimit(job),
      keepJournal(job),
    ]);
    const all = await running;
    try {
      const evidence = await Promise.race(all);
      job.end(evidence);
      whileOpen.cancel();
      await Promise.allSettled(all);
      return await record(job, evidence);
    } catch (error) {
      whileOpen.cancel();
      await Promise.allSettled(all);
      await recordRefusal(job, error);
      throw error;
    }
  });
}

/** Everything that comes in while this is written is written too; nothing that came is left out. */
async function record(job: Job, evidence: Evidence): Promise<JobRecord> {
  job.close(evidence);
  const written = await job.step((input) => job.steps.recordOutcome({ ...input, record: job.record() }));
  await writeTheRest(job);
  const { requests, requestsTotal } = job.record().cancel;
  return { ...written, cancel: { ...written.cancel, requests, requestsTotal } };
}

async function recordRefusal(job: Job, error: unknown): Promise<void> {
  const detail =
    error instanceof Error && !(error instanceof ActivityFailure) ? error.message : 'A step failed';
  job.enter('REQUEST_REFUSED', 'ENDED', { detail });
  await writeTheRest(job);
}

async function writeTheRest(job: Job): Promise<void> {
  do {
    if (job.hasUnwritten()) await job.step(job.steps.writeJournal);
    await condition(allHandlersFinished);
  } while (job.hasUnwritten());
}

/** Requests that no other step carries, many at a time. */
async function keepJournal(job: Job): Promise<never> {
  for (;;) {
    await condition(() => job.hasLooseRequests());
    await job.step(job.steps.writeJournal);
  }
}

async function askAtDeadline(job: Job): Promise<never> {
  const { deadlineMs } = job.spec.limits;
  if (deadlineMs !== undefined) {
    await sleepUnlessEnded(deadlineMs, 'Deadline: cancel');
    const reason = `The job is older than its deadline of ${formatDuration(deadlineMs)}`;
    job.requestCancel('deadline', { requestedBy: 'deadline', reason });
  }
  // Not a promise that never settles: the end of the job waits until all of this has stopped.
  return CancellationScope.current().cancelRequested;
}

async function untilLastLimit(job: Job): Promise<Evidence> {
  await sleepUnlessEnded(job.spec.limits.lastLimitMs, 'Last limit: give up and call a person');
  return { proof: { type: 'LAST_LIMIT' }, children: [] };
}

/** Reset re-applies signals but forgets this, so it is written back as one, under the same request id. */
function takeNativeCancellation(job: Job): void {
  const request = {
    requestId: `native-${job.identity.runId}`,
    source: 'native',
    requestedBy: 'temporal',
    reason: 'Cancellation was requested through Temporal',
  };
  job.requestCancel('native', request);
  void CancellationScope.nonCancellable(() =>
    job.step((input) => job.steps.writeBackCancel({ ...input, request })),
  );
}
