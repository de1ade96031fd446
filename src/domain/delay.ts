/** However long a server asks to be left alone: after this it is looked at again. */
export const LONGEST_SERVER_WAIT_MS = 60 * 60_000;
/** From here on people want to know that something waits by a server's word. */
export const LONG_SERVER_WAIT_MS = 60_000;

/** Longer than any wait that a request may ask for, and far from what a timer cannot take. */
const LONGEST_WAIT_MS = 366 * 24 * 60 * 60_000;

/** A wait that a server asked for, as far as it is heeded. What is no number, or lies in the past, is none. */
export function heededWaitMs(askedMs: number): number {
  return between(0, askedMs, LONGEST_SERVER_WAIT_MS, 0);
}

/** A wait that a timer can take. What is no number must not become a loop without a pause. */
export function timerMs(ms: number): number {
  return Math.round(between(1, ms, LONGEST_WAIT_MS, LONGEST_SERVER_WAIT_MS));
}

function between(least: number, value: number, most: number, otherwise: number): number {
  return Number.isNaN(value) ? otherwise : Math.min(most, Math.max(least, value));
}
