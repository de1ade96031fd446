import { formatTime } from '../../domain/format-time';
import type { LedgerEvent } from '../../domain/ledger-event';
import { paintOutcome } from './palette';
import type { Palette } from './palette';
import { columnTable } from './table';
import { OUTCOMES } from '../../domain/outcome';

/** Too long for a line, and of use to programs only: `--json` has them. */
const HIDDEN_DETAILS = new Set(['requestFingerprint', 'attempt', 'requestId', 'matterId']);

/** The ledger's lines of a job, one each. */
export function timeline(events: readonly LedgerEvent[], palette: Palette): string {
  const rows = events.map((event) => [
    palette.dim(formatTime(event.at)),
    event.type,
    detailText(event, palette),
  ]);
  return columnTable(['TIME', 'EVENT', 'DETAIL'], rows, palette);
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
