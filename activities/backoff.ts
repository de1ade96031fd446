import { heededWaitMs, LONG_SERVER_WAIT_MS } from '../src/domain/delay';
import { formatDuration } from '../src/domain/duration';
import type { Timing } from '../src/domain/timing';
import type { Failure } from './failure-table';

/** How long to wait after so many errors in a row. Google's own word (RetryInfo, Retry-After) holds for up to an hour. */
export function waitAfter(failure: Failure, errorsInARow: number, timing: Timing): number {
  return Math.max(heededWaitMs(failure.retryAfterMs ?? 0), paceMs(failure, errorsInARow, timing));
}

/** Why a step waits, with the wait where the server asked for a long one. */
export function explainWait({ detail, retryAfterMs = 0 }: Failure): string {
  if (retryAfterMs < LONG_SERVER_WAIT_MS) return detail;
  return `${detail} The server wants to be left alone: looks again in ${formatDuration(heededWaitMs(retryAfterMs))}.`;
}

/** A turn does not come sooner for being asked for seldom: no doubling where the queue says when. */
function paceMs(failure: Failure, errorsInARow: number, timing: Timing): number {
  if (failure.pace === 'turn') return timing.backoffMinMs;
  // The first 401 is most often a token that just ran out: the client has dropped it and the next call has a new one.
  const mayHealAtOnce = failure.type === 'CREDENTIAL' && errorsInARow === 1;
  return failure.pace === 'access' && !mayHealAtOnce
    ? jitter(timing.accessRetryMs)
    : backoffMs(errorsInARow, timing);
}

/** Doubles from the first wait to the longest. */
export function backoffMs(errorsInARow: number, timing: Timing): number {
  return jitter(Math.min(timing.backoffMaxMs, timing.backoffMinMs * 2 ** (errorsInARow - 1)));
}

/** Between half and all of it, so that jobs stopped by one outage do not return as one. */
export function jitter(ms: number): number {
  return Math.round(ms * (0.5 + Math.random() / 2));
}
