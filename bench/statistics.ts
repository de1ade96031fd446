/** Milliseconds with fractions, the same for the fake Vault's log and for whoever sends: Date.now() is too coarse. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}

/** The value below which the fraction `p` of the others lies. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))];
  if (value === undefined) throw new Error('There is nothing to take a percentile of');
  return value;
}
