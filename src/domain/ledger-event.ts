import { z } from 'zod';
import type { JsonObject } from './json';

export const LEDGER_EVENT_TYPES = [
  'STARTED',
  'STATE',
  'CREATED',
  'ADOPTED',
  'LINKED',
  'CANCEL_REQUESTED',
  /** What Temporal's history told of a native cancellation: who asked, and why. */
  'CANCEL_EXPLAINED',
  'CANCEL_UNCONFIRMED',
  'ATTEMPT_BEGUN',
  'ATTEMPT_ANSWERED',
  'POSSIBLE_ORPHAN',
  'BLOCKED',
  'UNBLOCKED',
  'OUTCOME',
  'REQUEST_REFUSED',
  /** Somebody said for good that the job is not to be watched any more. */
  'ABANDONED',
  'MESSAGE_IGNORED',
] as const;
export type LedgerEventType = (typeof LEDGER_EVENT_TYPES)[number];

/**
 * One line of a job's evidence. `id` is the writer's own and makes writing repeatable: the same id twice is
 * one event. `detail` is plain JSON without query, terms, addresses or tokens.
 */
export interface LedgerEvent {
  id: string;
  at: string;
  type: LedgerEventType;
  detail: JsonObject;
}

/** The same as a run hands it to the run that goes on with its job. */
export const carriedEntriesSchema = z.array(
  z.object({
    id: z.string(),
    at: z.string(),
    type: z.enum(LEDGER_EVENT_TYPES),
    detail: z.record(z.string(), z.json()),
  }),
);
