import { z } from 'zod';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
/** Just short of the minute that Google's own pollers come to, and a number that halves well. */
const LONGEST_PERIOD_MS = 57_600;

/** What waits for longer than this is a slip of somebody's; far longer ones are no dates and no timers any more. */
const MAX_MS = 366 * DAY;
/** Of one remote call. Longer than 24 days no timer of Node's can wait. */
const MAX_REQUEST_MS = 60 * MINUTE;
const MAX_READS = 1000;

const duration = (maxMs: number = MAX_MS) => z.number().int().positive().max(maxMs);
const ms = (byDefault: number, maxMs?: number) => duration(maxMs).default(byDefault);
const reads = z.number().int().positive().max(MAX_READS).default(3);

/** How often to look: see `cadence.ts`. Both share one `maxMs`, and with it the ticks of their matter. */
const cadenceSchema = (minMs: number, maxMs: number, ageFraction: number) =>
  z
    .object({
      minMs: ms(minMs),
      maxMs: ms(maxMs),
      ageFraction: z.number().min(0).max(1).default(ageFraction),
    })
    .prefault({});

/** Waits that are ours to choose. They travel in the request, so that a running job keeps its own. */
export const timingSchema = z.object({
  poll: cadenceSchema(14 * SECOND, LONGEST_PERIOD_MS, 0.4),
  /**
   * After a cancel was sent somebody waits for the answer, so the looks are closer together. So are those at an
   * operation without an export: it is short, and has a quota of its own.
   */
  confirmPoll: cadenceSchema(1.8 * SECOND, LONGEST_PERIOD_MS, 0.1),
  /** How soon a new export shows in Vault's list is not documented; only after this an absence counts. */
  createSettleMs: ms(2 * MINUTE),
  /** After an operation ended CANCELLED its export is read on for so long, and at least `settleReads` times. */
  cancelSettleMs: ms(10 * MINUTE),
  settleReads: reads,
  /** A NOT_FOUND counts only when so many reads in a row agree. */
  goneReads: reads,
  goneReadMs: ms(10 * SECOND),
  /** The explicit time limit of every remote call. */
  requestTimeoutMs: ms(30 * SECOND, MAX_REQUEST_MS),
  /** Error backoff: apart from the cadence, doubling from the first to the last. */
  backoffMinMs: ms(SECOND),
  backoffMaxMs: ms(5 * MINUTE),
  /** Lost access heals when a person mends it: ask at this pace, for as long as the job lives. */
  accessRetryMs: ms(10 * MINUTE),
});
export type Timing = z.infer<typeof timingSchema>;

/** Limits on a job, for its owner to choose. */
export const limitsSchema = z.object({
  /** Cancel by itself when the job is older than this. None by default: nothing is cut short unasked. */
  deadlineMs: duration().optional(),
  /**
   * An accepted cancel that no reading confirms within this is sent again and shown as CANCEL_UNCONFIRMED.
   * Longer than `cancelSettleMs`: an export is read on for so long after its operation was cancelled.
   */
  confirmWithinMs: ms(15 * MINUTE),
  /** Vault drops an export 15 days after it was made; a day later nothing can be proven any more. */
  lastLimitMs: ms(16 * DAY),
});
export type Limits = z.infer<typeof limitsSchema>;
