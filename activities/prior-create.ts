import { priorCreate } from '../src/domain/prior-calls';
import type { PriorCreate } from '../src/domain/prior-calls';
import { knowsBeginning, knowsOrBegins } from '../src/domain/recall';
import type { LedgerEvent } from '../src/domain/ledger-event';
import type { StepInput } from './step';

/** What a step that makes something keeps of it from attempt to attempt, beside the ledger. */
export interface SentState {
  /** When the last create went out that the server may have carried out. */
  sentAtMs?: number;
  /** Since when this step has looked, where the ledger does not know how the job began. */
  lookingSinceMs?: number;
}

export function nothingSent(): SentState {
  return {};
}

/**
 * The creates that may have gone out before, by the ledger and by this step's own attempts: the larger set. A ledger that
 * was exchanged, or restored from a backup, does not know; then what Vault shows decides, after the settle time.
 */
export function earlierCreate(
  events: readonly LedgerEvent[],
  { journal, timing }: StepInput,
  state: SentState,
): PriorCreate {
  const known = priorCreate(events, timing);
  if (known.type !== 'NONE') return known;
  const settleMs = timing.requestTimeoutMs + timing.createSettleMs;
  const unknown = (begunAtMs: number, sinceMs: number): PriorCreate => ({
    type: 'UNKNOWN',
    unanswered: 1,
    begunAtMs,
    settledAtMs: sinceMs + settleMs,
  });
  if (state.sentAtMs !== undefined) return unknown(state.sentAtMs, state.sentAtMs);
  if (knowsOrBegins(events, journal)) return known;
  state.lookingSinceMs ??= Date.now();
  return unknown(Date.parse(journal.job.startedAt), state.lookingSinceMs);
}

/** Says a workflow whose run is the first of its chain and has scheduled no create: older builds do not say it. */
export interface MaybeSent {
  sentNothing?: boolean;
}

/** Proof enough that nothing was ever made, without a look in Vault. */
export function wasNeverSent(events: readonly LedgerEvent[], input: StepInput & MaybeSent): boolean {
  return (
    input.sentNothing === true &&
    knowsBeginning(events, input.journal) &&
    priorCreate(events, input.timing).type === 'NONE'
  );
}
