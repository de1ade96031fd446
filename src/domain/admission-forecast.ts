import { holdsSlot } from './admission-entry';
import type { HeldSlots, Place, QueueView } from './admission-messages';
import { occupied, waitersInOrder } from './admission-state';
import type { AdmissionState } from './admission-state';
import {
  capacity,
  changesAtMs,
  configuredSlots,
  nextTryMs,
  recentCreates,
  slotsInDoubt,
  turnEnd,
} from './admission-turns';

/**
 * Where one run of a job stands. A job that is away, or runs as far as a census knows, has to ask for a turn first.
 * Not so a run that has said itself that its export runs: a late attempt of a step that is over would join again,
 * and be given turns that nobody uses.
 */
export function placeOf(state: AdmissionState, jobId: string, nowMs: number, runId?: string): Place {
  const entry = state.entries.get(jobId);
  if (entry?.standing === 'RUNNING' && entry.told && entry.runId === runId) return { type: 'RUNNING' };
  if (entry?.standing === 'ADMITTED') return { type: 'ADMITTED', until: turnEnd(entry.admittedAtMs) };
  if (entry?.standing !== 'WAITING') return { type: 'UNKNOWN' };
  const waiters = waitersInOrder(state);
  const index = waiters.findIndex((waiter) => waiter.jobId === jobId);
  const expectedAtMs = expectedStarts(state, nowMs, index + 1)[index];
  const changes = changesAtMs(state, nowMs);
  return {
    type: 'WAITING',
    position: index + 1,
    waiting: waiters.length,
    ...(expectedAtMs !== undefined && { expectedAtMs }),
    ...(changes !== undefined && { changesAtMs: changes }),
    held: heldSlots(state, nowMs),
  };
}

function heldSlots(state: AdmissionState, nowMs: number): HeldSlots {
  const triedAtMs = nextTryMs(state, nowMs);
  return {
    held: occupied(state),
    slots: capacity(state),
    inDoubt: slotsInDoubt(state, nowMs),
    ...(triedAtMs !== undefined && { triedAtMs }),
  };
}

export function queueView(state: AdmissionState, nowMs: number): QueueView {
  const waiters = waitersInOrder(state);
  const expected = expectedStarts(state, nowMs, waiters.length);
  return {
    capacity: capacity(state),
    configured: configuredSlots(state),
    holding: [...state.entries.values()].filter(holdsSlot).map(({ jobId }) => jobId),
    waiting: waiters.map(({ jobId, priority }, index) => {
      const expectedAtMs = expected[index];
      return { jobId, priority, ...(expectedAtMs !== undefined && { expectedAtMs }) };
    }),
  };
}

/**
 * When the first waiters may expect their turns: as the create quota allows, and as slots have become free on
 * average so far. Undefined for those who need a slot while nothing is known of how long one is held.
 */
function expectedStarts(state: AdmissionState, nowMs: number, count: number): (number | undefined)[] {
  const { createsPerMinute, windowMs } = state.quotas;
  const turns = recentCreates(state, nowMs);
  for (const { standing } of state.entries.values()) if (standing === 'ADMITTED') turns.push(nowMs);
  const held = occupied(state);
  const free = Math.max(0, capacity(state) - held);
  const result: (number | undefined)[] = [];
  for (let index = 0; index < count; index++) {
    const oldest = turns.at(-createsPerMinute);
    const paced = Math.max(nowMs, state.notBeforeMs, oldest === undefined ? 0 : oldest + windowMs);
    turns.push(paced);
    const ends = index + 1 - free;
    if (ends <= 0) result.push(paced);
    else if (state.meanHeldMs === undefined || held === 0) result.push(undefined);
    else result.push(Math.max(paced, nowMs + Math.round((ends * state.meanHeldMs) / held)));
  }
  return result;
}
