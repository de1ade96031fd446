import { formatDuration } from '../../domain/duration';
import { formatTime } from '../../domain/format-time';
import type { LedgerEvent } from '../../domain/ledger-event';
import { paintOutcome } from './palette';
import type { Palette } from './palette';
import { columnTable } from './table';
import { OUTCOMES } from '../../domain/outcome';

/** Too long for a line, and of use to programs only: `--json` has them. */
const HIDDEN_DETAILS = new Set([
  'requestFingerprint',
  'attempt',
  'requestId',
  'matterId',
  'runId',
  'firstRunId',
  'refusedRun',
]);

/** The ledger's lines of a job, one each. */
export function timeline(events: readonly LedgerEvent[], palette: Palette): string {
  const behind = clockDifferences(events);
  const rows = events.map((event, index) => [
    palette.dim(formatTime(event.at)),
    event.type,
    [behindText(behind[index] ?? 0, palette), detailText(event, palette)].filter(Boolean).join(' '),
  ]);
  return columnTable(['TIME', 'EVENT', 'DETAIL'], rows, palette);
}

/** What differs by less may have happened side by side. */
const MAX_UNSAID_MS = 1_000;

/** By how many milliseconds each line is dated before one that was written earlier: their writers' clocks differ so much. */
function clockDifferences(events: readonly LedgerEvent[]): number[] {
  let latestMs = -Infinity;
  return events.map(({ at }) => {
    const atMs = Date.parse(at);
    const behindMs = Math.max(0, latestMs - atMs);
    latestMs = Math.max(latestMs, atMs);
    return behindMs;
  });
}

function behindText(behindMs: number, palette: Palette): string {
  return behindMs > MAX_UNSAID_MS ? palette.warn(`(clock ${formatDuration(behindMs)} behind)`) : '';
}

function detailText({ detail }: LedgerEvent, palette: Palette): string {
  return Object.entries(detail)
    .filter(([name, value]) => !HIDDEN_DETAILS.has(name) && value !== null && value !== '')
    .map(([name, value]) => `${palette.dim(`${name}=`)}${valueText(value, palette)}`)
    .join(' ');
}

function valueText(value: unknown, palette: Palette): string {
  const outcome = OUTCOMES.find((known) => known === value);
  if (outcome) return paintOutcome(outcome, palette);
  if (typeof value !== 'string') return JSON.stringify(value);
  // Not as JSON: what cannot be seen is escaped already.
  return /[\s"]/.test(value) ? `"${value.replaceAll('"', String.raw`\"`)}"` : value;
}
