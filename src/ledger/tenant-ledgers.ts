import type { Ledger } from './ledger';
import { openLedger } from './open-ledger';
import type { LedgerOptions } from './open-ledger';

/** The ledgers of all tenants: most share one, some have their own. */
export interface TenantLedgers {
  /** The shared one for a tenant that has none of its own, also for one that nobody configured. */
  of: (tenant: string) => Ledger;
  /** Each once, the shared one first. */
  all: readonly Ledger[];
  close: () => Promise<void>;
}

/** Opens each place once. Throws what `openLedger` throws, with nothing left open. */
export async function openTenantLedgers(
  shared: string,
  tenants: readonly { name: string; ledger?: string | undefined }[],
  options: LedgerOptions,
): Promise<TenantLedgers> {
  const places = [...new Set([shared, ...tenants.flatMap(({ ledger }) => ledger ?? [])])];
  const opened = await Promise.allSettled(places.map((place) => openLedger(place, options)));
  const ledgers = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const close = async () => {
    await Promise.all(ledgers.map((ledger) => ledger.close()));
  };
  const failed = opened.find((result) => result.status === 'rejected');
  const [first] = ledgers;
  if (failed || first === undefined) {
    await close().catch(() => undefined);
    throw failed?.reason;
  }
  const byPlace = new Map(places.map((place, index) => [place, ledgers[index] ?? first]));
  const placeOf = new Map(tenants.map(({ name, ledger }) => [name, ledger ?? shared]));
  return { of: (tenant) => byPlace.get(placeOf.get(tenant) ?? shared) ?? first, all: ledgers, close };
}
