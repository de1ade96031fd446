import { doubtedSinceMs, who } from './admission-entry';
import type { Admitted, Waiting } from './admission-entry';
import { occupied, revise, takeAway, waitersInOrder } from './admission-state';
import type { AdmissionState, Draft } from './admission-state';

/** A turn that nobody has used or given back by then is taken back: its job asks again when it is able to. */
export const TURN_LIMIT_MS = 2 * 60_000;

/** Clocks differ, and a create takes its time: a turn is used well before it is taken back. */
export function turnEnd(admittedAtMs: number): string {
  return new Date(admittedAtMs + TURN_LIMIT_MS / 2).toISOString();
}

/** Slots the jobs may hold: what is configured, or less while Vault says that it is full. */
export function capacity({ quotas, ceiling }: AdmissionState): number {
  return Math.min(configuredSlots({ quotas }), ceiling?.slots ?? Number.POSITIVE_INFINITY);
}

export function configuredSlots({ quotas }: Pick<AdmissionState, 'quotas'>): number {
  return quotas.runningExports - quotas.reserve;
}

/**
 * Gives the next turns: as many as the window of Vault's create quota has room for and slots are free. A turn
 * whose create is not answered yet may fall anywhere into the window, so it counts as if it were now.
 */
export function admit(state: AdmissionState, nowMs: number): { state: AdmissionState; admitted: Waiting[] } {
  const admitted: Waiting[] = [];
  let turns = turnsLeft(state, nowMs);
  const after = revise(state, (draft) => {
    let held = occupied(draft);
    for (const waiter of turns > 0 ? waitersInOrder(draft) : []) {
      if (turns <= 0) break;
      if (!waiter.mayHoldSlot && held >= capacity(draft)) {
        if (mayProbe(draft, nowMs)) setNextProbe(draft, nowMs);
        else if (mayTryBeyondDoubt(draft, nowMs)) setNextTry(draft, nowMs);
        else continue;
      }
      const { jobId, mayHoldSlot } = waiter;
      const turn = { standing: 'ADMITTED' as const, admittedAtMs: nowMs, mayHoldSlot };
      draft.entries.set(jobId, { ...who(waiter), ...turn });
      admitted.push(waiter);
      turns -= 1;
      if (!mayHoldSlot) held += 1;
    }
  });
  return { state: after, admitted };
}

/** Takes back what was not used in time. */
export function takeBackStaleTurns(state: AdmissionState, nowMs: number): AdmissionState {
  const stale = unanswered(state).filter(({ admittedAtMs }) => admittedAtMs + TURN_LIMIT_MS <= nowMs);
  if (stale.length === 0) return state;
  return revise(state, (draft) => {
    for (const entry of stale) takeAway(draft, entry, entry.mayHoldSlot);
  });
}

/** When this state changes without a word from anybody; undefined where it does not. */
export function changesAtMs(state: AdmissionState, nowMs: number): number | undefined {
  const times = unanswered(state).map(({ admittedAtMs }) => admittedAtMs + TURN_LIMIT_MS);
  const waiters = waitersInOrder(state);
  if (waiters.length > 0) {
    const opensAtMs = turnOpensAtMs(state, nowMs);
    const hasSlot = waiters.some(({ mayHoldSlot }) => mayHoldSlot) || occupied(state) < capacity(state);
    if (opensAtMs !== undefined && hasSlot) times.push(opensAtMs);
    // While a create is unanswered nothing is tried: its answer says more.
    if (opensAtMs !== undefined && !hasSlot && hasUntriedSlots(state) && unanswered(state).length === 0)
      times.push(Math.max(opensAtMs, state.ceiling?.probeAtMs ?? 0));
    const triedAtMs = nextTryMs(state, nowMs);
    if (opensAtMs !== undefined && !hasSlot && triedAtMs !== undefined && unanswered(state).length === 0)
      times.push(Math.max(opensAtMs, triedAtMs));
  }
  return times.length === 0 ? undefined : Math.min(...times);
}

export function turnsLeft(state: AdmissionState, nowMs: number): number {
  if (nowMs < state.notBeforeMs) return 0;
  return state.quotas.createsPerMinute - unanswered(state).length - recentCreates(state, nowMs).length;
}

export function recentCreates({ createdAtMs, quotas }: AdmissionState, nowMs: number): number[] {
  return createdAtMs.filter((atMs) => atMs > nowMs - quotas.windowMs);
}

/** When the window has room again. Undefined where only an answer, or a turn taken back, can make room. */
function turnOpensAtMs(state: AdmissionState, nowMs: number): number | undefined {
  if (nowMs < state.notBeforeMs) return state.notBeforeMs;
  const left = turnsLeft(state, nowMs);
  if (left > 0) return nowMs;
  const oldest = recentCreates(state, nowMs)[-left];
  return oldest === undefined ? undefined : oldest + state.quotas.windowMs;
}

function unanswered(state: AdmissionState): Admitted[] {
  return [...state.entries.values()].filter((entry) => entry.standing === 'ADMITTED');
}

/** Only a create shows whether people in the Vault UI have given a slot back: one is tried now and then. */
function mayProbe(state: AdmissionState, nowMs: number): boolean {
  return (
    state.ceiling !== undefined &&
    nowMs >= state.ceiling.probeAtMs &&
    hasUntriedSlots(state) &&
    unanswered(state).length === 0
  );
}

function hasUntriedSlots(state: AdmissionState): boolean {
  return state.ceiling !== undefined && occupied(state) < configuredSlots(state);
}

function setNextProbe(draft: Draft, nowMs: number): void {
  const { ceiling } = draft;
  if (ceiling !== undefined) draft.ceiling = { ...ceiling, probeAtMs: nowMs + ceiling.probeWaitMs };
}

/** Slots that two censuses running could not confirm, at this time. */
export function slotsInDoubt(state: AdmissionState, nowMs: number): number {
  return doubtsSince(state).filter((sinceMs) => sinceMs + state.quotas.censusMs <= nowMs).length;
}

function doubtsSince({ entries }: Pick<AdmissionState, 'entries'>): number[] {
  return [...entries.values()].flatMap((entry) => doubtedSinceMs(entry) ?? []).toSorted((a, b) => a - b);
}

/**
 * Jobs that cannot see their exports keep their slots, for as long as they live if need be. Whether Vault still runs those
 * exports only a create shows: one more is tried now and then, as after a refusal, until as many run for certain as may.
 */
function mayTryBeyondDoubt(state: AdmissionState, nowMs: number): boolean {
  const tryAtMs = nextTryMs(state, nowMs);
  return tryAtMs !== undefined && nowMs >= tryAtMs && unanswered(state).length === 0;
}

/** Undefined where too few slots are in doubt for one more to be tried. */
export function nextTryMs(state: AdmissionState, nowMs: number): number | undefined {
  const since = doubtsSince(state);
  const needed = occupied(state) - since.length < configuredSlots(state) ? nthDoubt(state, since) : undefined;
  if (needed === undefined) return undefined;
  const settled = needed + state.quotas.censusMs;
  const tryAtMs = Math.max(settled, state.doubtProbe?.atMs ?? 0);
  return Math.max(tryAtMs, nowMs);
}

/** Since when so many are in doubt that without them one more would have a slot. */
function nthDoubt(state: AdmissionState, since: readonly number[]): number | undefined {
  const tooMany = occupied(state) - configuredSlots(state);
  return since[Math.max(0, tooMany)];
}

function setNextTry(draft: Draft, nowMs: number): void {
  const waitMs = draft.doubtProbe?.waitMs ?? draft.quotas.windowMs;
  draft.doubtProbe = { atMs: nowMs + waitMs, waitMs };
}
