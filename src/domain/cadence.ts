/** How closely to watch something: at most every `minMs` while it is young, every `maxMs` once it is old. */
export interface Cadence {
  minMs: number;
  maxMs: number;
  /** What share of its age passes between two looks. */
  ageFraction: number;
}

/**
 * The time between two looks at something so old. It climbs a ladder whose rungs are `maxMs` halved again and
 * again: so every look at something old falls together with a look at anything younger on the same grid.
 */
export function periodMs(ageMs: number, { minMs, maxMs, ageFraction }: Cadence): number {
  let period = maxMs;
  while (period > ageMs * ageFraction && period / 2 >= minMs) period /= 2;
  return period;
}

/**
 * The next tick of the grid. A look that comes late, or a period that has just grown, does not push the next one
 * far away: a quarter of a period from now is soon enough to be the next.
 */
export function nextTickMs(nowMs: number, period: number, phase: number): number {
  const ticks = Math.ceil((nowMs + period / 4 - phase) / period);
  return Math.ceil(phase + ticks * period);
}

/** Where the grid of this name begins: the same in every process, and another for another name (FNV-1a). */
export function phaseMs(name: string, maxMs: number): number {
  let hash = 0x811c9dc5;
  for (const char of name) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash % maxMs;
}
