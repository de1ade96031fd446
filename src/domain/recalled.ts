import { z } from 'zod';
import { cancelRequestSchema } from './cancel-request';
import { DISPOSITIONS } from './outcome';

/** Requests whose own condition refused them, kept for a later run: each may be up to 2 KB, and comes again after a reset. */
export const KEPT_SKIPPED_REQUESTS = 80;

/** What earlier runs of a job were asked and did, as the ledger has it. ISO strings. */
export const recalledSchema = z.object({
  /** When the first run started: deadlines and limits count from there. */
  startedAt: z.iso.datetime(),
  /** How often it was begun under its id before: it was ended from outside, and somebody or the watchdog went on with it. */
  earlierStarts: z.number().int().nonnegative().exactOptional(),
  /** In the order of the ledger; the one that drives is the first without `skipped` and `afterEnd`. */
  requests: z.array(cancelRequestSchema),
  requestsTotal: z.number().int().nonnegative(),
  /** Some request forbade a deletion, also one that is not among those kept. */
  deletionForbidden: z.boolean(),
  /** A delete went out that the server may have carried out. */
  mayHaveDeleted: z.boolean(),
  linkedOperation: z.string().exactOptional(),
  cancelSentAt: z.iso.datetime().exactOptional(),
  cancelAnswer: z
    .object({ disposition: z.enum(DISPOSITIONS), acceptedAt: z.iso.datetime().exactOptional() })
    .exactOptional(),
});
export type Recalled = z.infer<typeof recalledSchema>;

export const recallSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('NOTHING') }),
  z.object({ type: z.literal('KNOWN'), recalled: recalledSchema }),
  /** The id is another job's. `state`: the last that the ledger has of that one. */
  z.object({ type: z.literal('ID_TAKEN'), detail: z.string(), state: z.string().exactOptional() }),
]);
export type Recall = z.infer<typeof recallSchema>;
