import type { WalkRates } from '../src/domain/walk-rates';

export const UNPACED: WalkRates = {
  exports: Number.POSITIVE_INFINITY,
  operations: Number.POSITIVE_INFINITY,
  firstPages: Number.POSITIVE_INFINITY,
};

const MINUTE_MS = 60_000;

/**
 * The pace that all walks of a worker share, so that a long list leaves the quota to the jobs. What was read is charged,
 * and whoever reads on waits until it is worked off: of several walks each gets its turn. It paces, and limits nothing:
 * what Vault refuses all the same because other workers walk too is asked again later, from the same page.
 */
export class WalkPace {
  readonly #rates: WalkRates;
  readonly #freeAtMs = new Map<string, number>();

  constructor(rates: WalkRates = UNPACED) {
    this.#rates = rates;
  }

  /** Charges them, and says how long until they are worked off together with all that was charged before. */
  charge(tenant: string, lane: keyof WalkRates, units: number, nowMs: number = Date.now()): number {
    const key = JSON.stringify([tenant, lane]);
    const tookMs = (units * MINUTE_MS) / this.#rates[lane];
    const freeAtMs = Math.max(this.#freeAtMs.get(key) ?? 0, nowMs) + tookMs;
    this.#freeAtMs.set(key, freeAtMs);
    return Math.ceil(freeAtMs - nowMs);
  }
}
