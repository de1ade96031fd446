/** An export of the day, in milliseconds since 1970 on the virtual clock. */
export interface RunningExport {
  id: string;
  startsAtMs: number;
  endsAtMs: number;
}

export const DAY_STARTS_MS = Date.UTC(2026, 0, 1);
export const DAY_MS = 24 * 60 * 60_000;

const RUNNING = 20;
/** Vault starts two a minute. */
const START_EVERY_MS = 30_000;
const SHORTEST_MS = 60_000;
const LONGEST_MS = DAY_MS;

/**
 * A day in which 20 exports always run: each that ends is followed by another, of a length between a minute and a day
 * whose logarithm is evenly distributed. The same seed gives the same day.
 */
export function drawDay(seed: number): RunningExport[] {
  const random = seeded(seed);
  const exports: RunningExport[] = [];
  const freeAtMs = Array.from({ length: RUNNING }, () => DAY_STARTS_MS);
  for (let startsAtMs = DAY_STARTS_MS; ; startsAtMs += START_EVERY_MS) {
    freeAtMs.sort((a, b) => a - b);
    startsAtMs = Math.max(startsAtMs, freeAtMs.shift() ?? 0);
    if (startsAtMs >= DAY_STARTS_MS + DAY_MS) return exports;
    const lengthMs = SHORTEST_MS * (LONGEST_MS / SHORTEST_MS) ** random();
    const endsAtMs = startsAtMs + Math.round(lengthMs);
    exports.push({ id: `export-${exports.length}`, startsAtMs, endsAtMs });
    freeAtMs.push(endsAtMs);
  }
}

/** mulberry32: small, and the same everywhere. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
