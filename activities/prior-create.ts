import { Context } from '@temporalio/activity';
import { priorCreate } from '../src/domain/prior-calls';
import type { PriorCreate } from '../src/domain/prior-calls';
import { knowsBeginning } from '../src/domain/recall';
import type { LedgerEvent } from '../src/domain/ledger-event';
import type { AttemptOptions } from './attempt';
import type { StepInput } from './step';

/** What a step that makes something keeps of it from attempt to attempt, beside the ledger. */
export interface SentState {
  /** When the last create went out that the server may have carried out. */
  sentAtMs?: number;
  /** Since when this step has looked, where the ledger does not know how the job began. */
  lookingSinceMs?: number;
  /** Whether the ledger knew the job before this step wrote anything. */
  knewBeginning?: boolean;
}

/** Says a workflow whose run is the first of its chain and has scheduled no create: older builds do not say it. */
export interface MaybeSent {
  sentNothing?: boolean;
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
  { journal, timing, sentNothing = false }: StepInput & MaybeSent,
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
  // Before a run's first step has written the beginning, it can have sent nothing.
  if (sentNothing || knowsBeginning(events, journal)) return known;
  state.lookingSinceMs ??= Date.now();
  return unknown(Date.parse(journal.job.startedAt), state.lookingSinceMs);
}

/** What the ledger knew is read before the step's own lines are written. */
export const READ_FIRST: AttemptOptions = { journalRides: true };

/**
 * Proof enough that nothing was ever made, without a look in Vault: this run has sent no create, and a ledger that knew the
 * job before this step knows of none. `events` have to be read before the step writes its own lines.
 */
export function wasNeverSent(
  events: readonly LedgerEvent[],
  input: StepInput & MaybeSent,
  state: SentState,
): boolean {
  const isFirst = Context.current().info.attempt === 1;
  state.knewBeginning ??= isFirst && knowsBeginning(events, input.journal);
  return (
    input.sentNothing === true && state.knewBeginning && priorCreate(events, input.timing).type === 'NONE'
  );
}
