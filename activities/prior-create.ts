import { Context } from '@temporalio/activity';
import { priorCreate } from '../src/domain/prior-calls';
import type { PriorCreate } from '../src/domain/prior-calls';
import { knowsBeginning } from '../src/domain/recall';
import type { LedgerEvent } from '../src/domain/ledger-event';
import type { AttemptOptions } from './attempt';
import type { StepInput } from './step';
import type { WalkState } from './walk';

/** What a step that makes something keeps of it from attempt to attempt, beside the ledger. */
export interface SentState extends WalkState {
  /** When the last create went out that the server may have carried out. */
  sentAtMs?: number;
  /** Since when this step has looked, where the ledger does not know how the job began. */
  lookingSinceMs?: number;
  /** Whether the ledger knew the job before this step wrote anything. */
  knewBeginning?: boolean;
  /** When the last walk began that read the whole list and found nothing. */
  absentAtMs?: number;
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

/**
 * Whether a walk has proven by now that these creates made nothing. What was not listed when a page was read may be listed
 * since, on that page or an earlier one, so a walk proves only what had had its time to show when its first page was
 * read. Then it goes on proving it: whatever a later create makes, that one is in the ledger, and settles later.
 */
export function isProvenAbsent(prior: PriorCreate, { absentAtMs }: SentState): boolean {
  if (absentAtMs === undefined || prior.type === 'CREATED') return false;
  return prior.type === 'NONE' || absentAtMs >= prior.settledAtMs;
}

/** Gives up a walk that can prove nothing any more: the creates have had their time since it was begun. */
export function dropStaleWalk(prior: PriorCreate, state: SentState): void {
  if (prior.type !== 'UNKNOWN' || state.walk === undefined) return;
  if (state.walk.begunAtMs < prior.settledAtMs && prior.settledAtMs <= Date.now()) delete state.walk;
}

/**
 * How long until the next walk, after one that found nothing and proved nothing. A short list is read again soon, to find
 * the export early; a long one only when the absence would count.
 */
export function untilNextWalk(
  prior: Extract<PriorCreate, { type: 'UNKNOWN' }>,
  pages: number,
  goneReadMs: number,
): number {
  const unsettledMs = Math.max(1, prior.settledAtMs - Date.now());
  return pages > 1 ? unsettledMs : Math.min(unsettledMs, goneReadMs);
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
