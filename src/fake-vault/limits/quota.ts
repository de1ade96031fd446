import { QUOTA_POOL_NAMES, QUOTA_POOLS, type QuotaCost, type QuotaPool } from '../../domain/vault-quota';
import { errorInfo, GoogleError, retryInfo } from '../wire/google-error';
import type { Settings } from '../settings';

interface Charge {
  readonly atMs: number;
  readonly units: number;
}

/** Per-minute quotas over a sliding window, so that no burst fits across a boundary. */
export interface Quota {
  /** Takes the units of one call from all its pools, or from none. Throws the 429. */
  charge(cost: QuotaCost, nowMs: number): void;
  reset(): void;
}

export function createQuota(settings: Settings, consumer: string): Quota {
  const charges = new Map<QuotaPool, Charge[]>();

  function recent(pool: QuotaPool, nowMs: number): Charge[] {
    const from = nowMs - settings.limits.windowMs;
    const kept = (charges.get(pool) ?? []).filter((charge) => charge.atMs > from);
    charges.set(pool, kept);
    return kept;
  }

  return {
    charge(cost, nowMs) {
      if (!settings.limits.perMinute) return;
      for (const pool of QUOTA_POOL_NAMES) {
        const units = cost[pool] ?? 0;
        if (units === 0) continue;
        const taken = recent(pool, nowMs);
        const limit = limitOf(settings, pool);
        const used = taken.reduce((sum, charge) => sum + charge.units, 0);
        if (used + units > limit)
          throw exceeded(settings, pool, limit, consumer, waitMs(taken, nowMs, settings));
      }
      for (const pool of QUOTA_POOL_NAMES)
        if (cost[pool] !== undefined) recent(pool, nowMs).push({ atMs: nowMs, units: cost[pool] });
    },
    reset() {
      charges.clear();
    },
  };
}

function limitOf(settings: Settings, pool: QuotaPool): number {
  const { pools, factor } = settings.limits;
  return pools[pool] ?? Math.floor(QUOTA_POOLS[pool].perMinute * factor);
}

function waitMs(taken: readonly Charge[], nowMs: number, settings: Settings): number {
  const oldest = taken[0]?.atMs ?? nowMs;
  return Math.max(1, oldest + settings.limits.windowMs - nowMs);
}

/** `export_writes` as a person reads it. */
function words(text: string): string {
  return text.replaceAll('_', ' ').replace(/^./, (letter) => letter.toUpperCase());
}

function exceeded(
  settings: Settings,
  pool: QuotaPool,
  limit: number,
  consumer: string,
  delayMs: number,
): GoogleError {
  const { metric, limit: limitName } = QUOTA_POOLS[pool];
  const limitWords = words(limitName.replaceAll(/(?<=[a-z])[A-Z]/g, (c) => ` ${c.toLowerCase()}`));
  const message =
    `Quota exceeded for quota metric '${words(metric)}' and limit '${limitWords}' ` +
    `of service 'vault.googleapis.com' for consumer '${consumer.replace('projects/', 'project_number:')}'.`;
  const info = errorInfo('RATE_LIMIT_EXCEEDED', {
    consumer,
    quota_limit: limitName,
    quota_limit_value: String(limit),
    quota_location: 'global',
    quota_metric: `vault.googleapis.com/${metric}`,
  });
  return new GoogleError('RESOURCE_EXHAUSTED', message, {
    details: settings.limits.retryInfo ? [info, retryInfo(delayMs)] : [info],
  });
}
