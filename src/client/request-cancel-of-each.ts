import { randomUUID } from 'node:crypto';
import type { JobState } from '../domain/outcome';
import { JobNotFoundError, UnreachableError } from './errors';
import { findOpenJob, stateOf } from './job-status';
import { endedAnswer, sendCancel } from './request-cancel';
import type { CancelContext, CancelOptions, CancelReceipt } from './request-cancel';

/** What one of many was told. */
export type CancelOfEach =
  | CancelReceipt
  /** A cancel stands already: another request would change nothing, so none was sent. */
  | { answer: 'ALREADY_ASKED'; jobId: string; requestId: string; state: JobState }
  | { answer: 'NOT_FOUND'; jobId: string; requestId: string }
  /** Temporal did not answer any more. Asking again under the same `requestId` is safe. */
  | { answer: 'NOT_REACHED'; jobId: string; requestId: string; detail: string };

/** States that a job is in only because a cancel stands. */
const ASKED_STATES: readonly JobState[] = [
  'CANCEL_REQUESTED',
  'CANCELLING',
  'CANCEL_UNCONFIRMED',
  'NOT_CANCELLABLE',
];

/**
 * Asks one job after the other, and answers for each. Not a batch operation of Temporal's: that one counts
 * its successes and does not name them. Two short calls a job, never two at once, stay far below any limit.
 */
export async function* requestCancelOfEach(
  context: CancelContext,
  jobIds: Iterable<string>,
  options: CancelOptions = {},
): AsyncGenerator<CancelOfEach, void, void> {
  const request = { ...options, requestId: options.requestId ?? randomUUID() };
  let unreachable: UnreachableError | undefined;
  for (const jobId of jobIds) {
    const { requestId } = request;
    try {
      if (unreachable) throw unreachable;
      yield await askOne(context, jobId, request);
    } catch (error) {
      if (error instanceof JobNotFoundError) yield { answer: 'NOT_FOUND', jobId, requestId };
      else if (error instanceof UnreachableError) {
        unreachable = error;
        yield { answer: 'NOT_REACHED', jobId, requestId, detail: error.message };
      } else throw error;
    }
  }
}

async function askOne(
  context: CancelContext,
  jobId: string,
  request: CancelOptions & { requestId: string },
): Promise<CancelOfEach> {
  const { requestId } = request;
  for (;;) {
    const open = await findOpenJob(context.temporal, jobId);
    const state = open && stateOf(open);
    if (state && ASKED_STATES.includes(state)) return { answer: 'ALREADY_ASKED', jobId, requestId, state };
    if (open && (await sendCancel(context.temporal, jobId, request))) {
      return { answer: 'RECORDED', jobId, requestId };
    }
    const ended = await endedAnswer(context, jobId, requestId);
    if (ended) return ended;
  }
}
