import { msToNumber } from '@temporalio/common/lib/time';

export const DURATION = /^\d+(\.\d+)?\s?(ms|s|m|h|d|w)$/;
type DurationText = `${number}${'ms' | 's' | 'm' | 'h' | 'd' | 'w'}`;

/** Past this the parser below throws; so many digits are no duration of anybody's. */
const MAX_CHARS = 100;

/** Reads `90s`, `10m`, `6h`, `2d`; undefined for anything else, zero included. Milliseconds. Never throws. */
export function parseDuration(text: string): number | undefined {
  if (text.length > MAX_CHARS || !isDurationText(text)) return undefined;
  const ms = msToNumber(text);
  return ms > 0 && ms <= Number.MAX_SAFE_INTEGER ? ms : undefined;
}

function isDurationText(text: string): text is DurationText {
  return DURATION.test(text);
}

/** The two largest units, for people: `6h 20m`, `45s`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor((seconds % 86_400) / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'm'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([amount]) => amount > 0);
  if (first === -1) return '0s';
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join(' ');
}
