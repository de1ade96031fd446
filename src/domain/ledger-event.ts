import type { JsonObject } from './json';

export const LEDGER_EVENT_TYPES = [
  'STARTED',
  'STATE',
  'CREATED',
  'ADOPTED',
  'LINKED',
  'CANCEL_REQUESTED',
  'CANCEL_UNCONFIRMED',
  'ATTEMPT_BEGUN',
  'ATTEMPT_ANSWERED',
  'POSSIBLE_ORPHAN',
  'BLOCKED',
  'UNBLOCKED',
  'OUTCOME',
  'REQUEST_REFUSED',
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
