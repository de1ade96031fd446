import type { LedgerEvent } from './ledger-event';
import { REQUEST_FINGERPRINT_MEMO } from './messages';

/** The workflow that takes up jobs whose workflows were ended from outside. */
export const WATCHDOG_TYPE = 'vaultWatchdog';

/** In the memo of a start, and in the ledger's STARTED line: who went on with a job that was ended from outside. */
export const TAKEN_UP_BY_MEMO = 'takenUpBy';

/** Who terminates a job so often means it; then a person has to look. */
const MAX_STARTS = 3;

/** Of its runs that Temporal lists as ended without a record: some may have failed before they wrote a line. */
export const MAX_ENDED_RUNS = 10;

export interface WatchdogReport {
  takenUp: string[];
  leftAlone: { jobId: string; why: LeftAlone }[];
}

/**
 * `ABANDONED`: somebody said so for good. `FORGOTTEN`: Temporal does not have what the job was started with any more.
 * `ID_HELD_BY_ANOTHER`: a workflow that is no job runs under its id.
 */
export type LeftAlone = 'ABANDONED' | 'ENDED_TOO_OFTEN' | 'FORGOTTEN' | 'ID_HELD_BY_ANOTHER';

export type TakeUp = { type: 'TAKE_UP'; runId: string } | { type: 'LEAVE_ALONE'; why: LeftAlone };

/**
 * Whether a job that is open in the ledger, and closed without a record in Temporal, is to be gone on with. `runId` is the
 * run whose request it has: a start with another request under the same id was refused, and is no run of this job.
 */
export function takeUpOf(events: readonly LedgerEvent[]): TakeUp {
  if (events.some(({ type }) => type === 'ABANDONED')) return { type: 'LEAVE_ALONE', why: 'ABANDONED' };
  const starts = startsOf(events);
  const runId = starts.at(-1)?.detail.runId;
  if (typeof runId !== 'string') return { type: 'LEAVE_ALONE', why: 'FORGOTTEN' };
  return countStarts(events) >= MAX_STARTS
    ? { type: 'LEAVE_ALONE', why: 'ENDED_TOO_OFTEN' }
    : { type: 'TAKE_UP', runId };
}

/** How often the job was begun: resets and continuations go on with one start. */
export function countStarts(events: readonly LedgerEvent[]): number {
  return new Set(startsOf(events).map(({ detail }) => detail.firstRunId ?? detail.runId)).size;
}

function startsOf(events: readonly LedgerEvent[]): LedgerEvent[] {
  const starts = events.filter(({ type }) => type === 'STARTED');
  const [first] = starts;
  return starts.filter(
    ({ detail }) => detail[REQUEST_FINGERPRINT_MEMO] === first?.detail[REQUEST_FINGERPRINT_MEMO],
  );
}
