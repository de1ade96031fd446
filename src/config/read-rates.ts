import { z } from 'zod';
import type { WalkRates } from '../domain/walk-rates';
import type { TaskQueues } from '../domain/task-queues';

const FEWEST_UNITS = 8;
const MOST_UNITS = 1_000_000;

const A_RATE = `must be a whole number of ${FEWEST_UNITS} to ${MOST_UNITS}`;
const units = (documented: number) =>
  z.int(A_RATE).min(FEWEST_UNITS, A_RATE).max(MOST_UNITS, A_RATE).default(documented);
const share = (least: number, most: number) =>
  z.number().min(least, `must be ${least} to ${most}`).max(most, `must be ${least} to ${most}`);

/**
 * What Vault allows this project, in units a minute, and how the reads of exports are divided. Google's figures by
 * default. https://developers.google.com/workspace/vault/limits
 */
export const readRatesSchema = z.strictObject({
  /** `exports.get` is one unit, a page of `exports.list` five, and `exports.create` one. */
  exportReads: units(120),
  /** `operations.get` is one. */
  operationReads: units(300),
  /** Starts of `matters.count`. */
  counts: units(20),
  /** The share of `exportReads` for single reads: of what is adopted, and of what was asked to be cancelled. */
  singleReadsShare: share(0.1, 0.5).default(0.25),
  /** The share of `operationReads` for looks at operations; exports with an operation, and adoptions, take of the rest. */
  operationWatchShare: share(0.1, 0.9).default(0.7),
});
export type ReadRates = z.output<typeof readRatesSchema>;

/** What Vault allows may be more than Google's figures: it can be raised in the console. */
export const READ_RATE_VARIABLES = {
  exportReads: 'VAULT_EXPORT_READS_PER_MINUTE',
  operationReads: 'VAULT_OPERATION_READS_PER_MINUTE',
  counts: 'VAULT_COUNTS_PER_MINUTE',
} as const satisfies { [rate in keyof ReadRates]?: string };

/** Of a Vault that has no quotas, as variables for the environment of a worker. */
export const NO_READ_RATES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.values(READ_RATE_VARIABLES).map((variable) => [variable, String(MOST_UNITS)]),
);

/** Tasks a second, kept by the Temporal server over all workers; a queue that is not named has no limit. */
export type QueueRates = { readonly [queue in keyof TaskQueues]?: number };

/**
 * A queue has four partitions by default, and each lets one task go at once whatever the rate: after a pause so many
 * go beyond it. Measured on server 1.29.
 */
const BURST = 4;
/** One export's looks are a tick apart, so this only has to let all that are due at a tick go within seconds. */
const WATCH_TASKS_A_SECOND = 10;

/**
 * The rates from which follows that Vault refuses no call for a quota that we used up ourselves, in any minute
 * with the documented figures:
 *
 * - counts: 16 + a burst of 4 = 20 starts, of 20.
 * - operations: 206 + 4 looks at operations, of 300. The rest is for exports that have one: 26 + 4 after a cancel, and
 *   the 52 looks of below.
 * - exports, of 120:
 *   - `read`, 26 + 4 tasks of one unit: 30.
 *   - `create`, 2 a minute by the pacing of creates, of one unit and a page of the list: 12.
 *   - `watch`: here no rate could be the limit, since one low enough would pull the looks of a tick apart that one list
 *     answers, and delay them all. What limits them is that Vault runs 20 exports at a time and starts two a
 *     minute. Two ticks of 57.6 s may lie in a minute: 40 looks, and 12 more by those that are young, even if each were
 *     read alone. Two ends a minute, each with a page of the list for children, are 10. Together 62.
 *   104 in all, and 16 to spare: for the further pages of long lists (`walkRates`), or for three more ends in one minute.
 *   Beyond that a look is refused, says so (`blocked { on: quota }`), and comes again.
 */
export function queueRates(rates: ReadRates): QueueRates {
  return {
    count: perSecond(rates.counts),
    read: perSecond(rates.exportReads * rates.singleReadsShare),
    watch: Math.max(WATCH_TASKS_A_SECOND, rates.exportReads / 12),
    watchOperation: perSecond(rates.operationReads * rates.operationWatchShare),
  };
}

/**
 * Walks through long lists, for each worker: what the sums above leave of the reads of exports, and as large a share of
 * those of operations. First pages are in the sums; where more ends fall together than Vault lets begin, as after an
 * adoption of many, they are kept at a pace of their own.
 */
export function walkRates(rates: ReadRates): WalkRates {
  return {
    exports: rates.exportReads / 8,
    firstPages: rates.exportReads / 6,
    operations: rates.operationReads / 8,
  };
}

/** Not below four a minute: there the server gives up waiting for its own limit and logs an error a second. */
function perSecond(unitsPerMinute: number): number {
  return Math.max(BURST, unitsPerMinute - BURST) / 60;
}
