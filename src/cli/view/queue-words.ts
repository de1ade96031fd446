import { formatDuration } from '../../domain/duration';
import type { QueuePlace } from '../../domain/job-record';
import { formatCount } from './format';

/** A forecast of less is as good as now. */
const SOON_MS = 1_000;

/** Where a job stands in the queue for Vault's slots, and when it may be expected to start. */
export function queueWords({ position, waiting, expectedAt, slots }: QueuePlace, nowMs: number): string {
  const place = `place ${formatCount(position)} of ${formatCount(waiting)}`;
  if (expectedAt === undefined) return `${place}, starts when a slot is free${heldWords(slots, nowMs)}`;
  const inMs = Date.parse(expectedAt) - nowMs;
  return `${place}, expected to start ${inMs < SOON_MS ? 'now' : `in about ${formatDuration(inMs)}`}`;
}

function heldWords(slots: QueuePlace['slots'], nowMs: number): string {
  if (slots === undefined) return '';
  const { held, of, inDoubt, triedAt } = slots;
  const taken = `: ${held} of ${of} are taken`;
  if (inDoubt === 0) return taken;
  const doubt = `${taken}, ${inDoubt} of them by jobs that cannot see their exports`;
  if (triedAt === undefined) return doubt;
  const inMs = Date.parse(triedAt) - nowMs;
  return `${doubt}; one more is tried ${inMs < SOON_MS ? 'now' : `in ${formatDuration(inMs)}`}`;
}
