import {
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  ContinueAsNew,
  continueAsNew,
  isCancellation,
  patched,
  workflowInfo,
} from '@temporalio/workflow';
import type { z } from 'zod';
import { formatDuration } from '../src/domain/duration';
import { explainIssues } from '../src/domain/job-request';
import type { JobRecord } from '../src/domain/job-record';
import { REQUEST_REFUSED } from '../src/domain/messages';
import type { Evidence } from '../src/domain/proof';
import { TAKEN_UP_BY_MEMO } from '../src/domain/watchdog';
import { carryOutCancel } from './cancelling';
import { ID_TAKEN, recallEarlierRuns } from './earlier-runs';
import { serve } from './handlers';
import type { Job } from './job';
import { sleepUnlessEnded, sleepUntilAge } from './timer';

/** Requests that come singly are few; from here on it is a flood. */
const UNPACED_WRITINGS = 20;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;
/** What a run leaves to the next travels in one payload; the server takes 2 MB. */
const MAX_CARRIED_CHARS = 300_000;
/** A long history of an older build goes on as it was while it is replayed. */
const EVENTS_BEFORE_NEXT_TRY = 500;

/** A request that is wrong fails its workflow, in one sentence; everything else ends in a record. */
export function refusedRequest(detail: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(detail, REQUEST_REFUSED);
}

/** `door` refuses more, and new jobs only: one that runs, or ran before its reset, is what it is. */
export function acceptRequest<S extends z.ZodType>(schema: S, input: unknown, door: S = schema): z.output<S> {
  // An echo of the first run would be told as this one's outcome.
  if (workflowInfo().cronSchedule !== undefined)
    throw refusedRequest(
      'A job runs once: start each by a Temporal Schedule, which gives it an id of its own',
    );
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw refusedRequest(`The request is not valid: ${explainIssues(parsed.error)}`);
  const atDoor = door.safeParse(input);
  const { runId, firstExecutionRunId, memo } = workflowInfo();
  const isNew = runId === firstExecutionRunId && memo?.[TAKEN_UP_BY_MEMO] === undefined;
  if (!atDoor.success && isNew && patched('refuse-at-door'))
    throw refusedRequest(`The request is not valid: ${explainIssues(atDoor.error)}`);
  return parsed.data;
}

/**
 * The life that every kind of job shares. Its story runs to a proven end while requests to cancel come in
 * through any door and are carried out beside it; a native cancellation is one more such request, so nothing
 * in here is ever cut short by it. What ends first decides, and is recorded.
 */
export async function live(job: Job, story: () => Promise<Evidence>): Promise<JobRecord> {
  job.mustRecall();
  serve(job);
  CancellationScope.current().cancelRequested.catch(() => takeNativeCancellation(job));
  return CancellationScope.nonCancellable(async () => {
    const whileOpen = new CancellationScope();
    const running = whileOpen.run(async () => {
      const past = recallEarlierRuns(job);
      const told = job.holdsRequests ? past.then(story) : story();
      return {
        past,
        told,
        all: [
          told,
          carryOutCancel(job),
          askAtDeadline(job),
          untilLastLimit(job),
          keepJournal(job),
          failIf(past),
        ],
      };
    });
    const { past, told, all } = await running;
    const stop = async () => {
      whileOpen.cancel();
      await Promise.allSettled(all);
    };
    try {
      const first = await Promise.race([...all, untilHistoryIsLong(job)]);
      const evidence = first === 'LONG' ? await endOrContinue(job, stop, told) : first;
      // What earlier runs were asked decides too, and is read in time by a run that was reset to a late task.
      if (job.mustRecall()) await past;
      job.end(evidence);
      await stop();
      return await record(job, evidence);
    } catch (error) {
      if (error instanceof ContinueAsNew) throw error;
      await stop();
      await recordRefusal(job, error);
      throw error;
    }
  });
}

/**
 * Temporal terminates a run whose history has 51,200 events or 50 MB. Thousands of requests bring one there; the job then
 * goes on in a new run, which takes up what the ledger knows.
 */
async function untilHistoryIsLong(job: Job): Promise<'LONG'> {
  const isLong = () => workflowInfo().continueAsNewSuggested && !job.holdsRequests;
  for (let events = 0; ; events = workflowInfo().historyLength + EVENTS_BEFORE_NEXT_TRY) {
    await condition(() => isLong() && workflowInfo().historyLength >= events);
    if (patched('continue-as-new')) return 'LONG';
  }
}

/** An end that was proven while the job stopped for its new run still counts. */
async function endOrContinue(
  job: Job,
  stop: () => Promise<void>,
  told: Promise<Evidence>,
): Promise<Evidence> {
  await stop();
  try {
    return await told;
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await writeWhatThereIs(job);
    return continueAsNew(job.request, job.carried);
  }
}

async function failIf(failing: Promise<unknown>): Promise<never> {
  await failing;
  return CancellationScope.current().cancelRequested;
}

/** Everything that comes in while this is written is written too; nothing that came is left out. */
async function record(job: Job, evidence: Evidence): Promise<JobRecord> {
  job.close(evidence);
  for (;;) {
    const written = await job.step((input) => job.steps.recordOutcome({ ...input, record: job.record() }));
    await writeTheRest(job);
    const { requests, requestsTotal } = job.record().cancel;
    const whole = { ...written, cancel: { ...written.cancel, requests, requestsTotal } };
    const isWritten = JSON.stringify(whole.cancel) === JSON.stringify(written.cancel);
    if (isWritten || !patched('record-late-requests')) return whole;
  }
}

async function recordRefusal(job: Job, error: unknown): Promise<void> {
  const detail =
    error instanceof Error && !(error instanceof ActivityFailure) ? error.message : 'A step failed';
  if (error instanceof ApplicationFailure && error.type === ID_TAKEN) {
    // The job of this id is another's: what the ledger shows of that stays, or comes back.
    const [state] = error.details ?? [];
    job.note('REQUEST_REFUSED', {
      detail,
      refusedRun: job.identity.runId,
      ...(typeof state === 'string' && { state }),
    });
  } else {
    job.enter('REQUEST_REFUSED', 'ENDED', { detail });
  }
  await writeTheRest(job);
}

/** In a flood there is always one more: what comes while this is written goes along to the next run. */
async function writeWhatThereIs(job: Job): Promise<void> {
  do {
    if (job.hasUnwritten()) await job.step(job.steps.writeJournal);
    await condition(allHandlersFinished);
  } while (JSON.stringify(job.carried).length > MAX_CARRIED_CHARS);
}

async function writeTheRest(job: Job): Promise<void> {
  do {
    if (job.hasUnwritten()) await job.step(job.steps.writeJournal);
    await condition(allHandlersFinished);
  } while (job.hasUnwritten());
}

/**
 * Requests that no other step carries: the first at once, those of a flood many at a time, at a pace that slows down. Each
 * writing costs the history some ten events, and a job may be asked thousands of times.
 */
async function keepJournal(job: Job): Promise<never> {
  for (let writings = 0; ; writings++) {
    await condition(() => job.hasLooseRequests());
    if (writings > UNPACED_WRITINGS && patched('paced-journal')) {
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (writings - UNPACED_WRITINGS - 1));
      await sleepUnlessEnded(pauseMs, 'Many requests: written together');
    }
    await job.step(job.steps.writeJournal);
  }
}

async function askAtDeadline(job: Job): Promise<never> {
  const { deadlineMs } = job.spec.limits;
  if (deadlineMs !== undefined) {
    await sleepUntilAge(job, deadlineMs, 'Deadline: cancel');
    const reason = `The job is older than its deadline of ${formatDuration(deadlineMs)}`;
    job.requestCancel('deadline', { requestId: 'deadline', requestedBy: 'deadline', reason });
  }
  // Not a promise that never settles: the end of the job waits until all of this has stopped.
  return CancellationScope.current().cancelRequested;
}

async function untilLastLimit(job: Job): Promise<Evidence> {
  await sleepUntilAge(job, job.spec.limits.lastLimitMs, 'Last limit: give up and call a person');
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
  void CancellationScope.nonCancellable(async () => {
    const words = await job.step((input) => job.steps.writeBackCancel({ ...input, request }));
    job.explainRequest(request.requestId, words);
  });
}
