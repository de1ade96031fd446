import { formatDuration } from '../../domain/duration';
import type { QueuePlace } from '../../domain/job-record';
import { formatCount } from './format';

/** A forecast of less is as good as now. */
const SOON_MS = 1_000;

/** Where a job stands in the queue for Vault's slots, and when it may be expected to start. */
export function queueWords({ position, waiting, expectedAt }: QueuePlace, nowMs: number): string {
  const place = `place ${formatCount(position)} of ${formatCount(waiting)}`;
  if (expectedAt === undefined) return `${place}, starts when a slot is free`;
  const inMs = Date.parse(expectedAt) - nowMs;
  return `${place}, expected to start ${inMs < SOON_MS ? 'now' : `in about ${formatDuration(inMs)}`}`;
}
