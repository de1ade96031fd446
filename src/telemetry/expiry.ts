import type { ReadyExport } from '../ledger/ledger-statistics';
import type { Sample } from './metrics';

/** Vault drops an export 15 days after it was made. https://support.google.com/vault/answer/2473591 */
export const EXPORT_LIFE_MS = 15 * 24 * 60 * 60 * 1000;

const WITHIN_DAYS = [1, 3, 7, 15];
const DAY_MS = 24 * 60 * 60 * 1000;

export interface ExpiryAhead {
  expiring: Sample<'exportsExpiring'>[];
  next: Sample<'nextExpiry'>[];
}

/** What is about to be lost: counts add up, so that "within 7 days" holds "within 1 day" too. */
export function expiryAhead(
  ready: readonly ReadyExport[],
  tenants: readonly string[],
  nowMs: number,
): ExpiryAhead {
  const all = new Set([...tenants, ...ready.map(({ tenant }) => tenant)]);
  const ahead: ExpiryAhead = { expiring: [], next: [] };
  for (const tenant of all) {
    const expiries = ready
      .filter((one) => one.tenant === tenant)
      .map(({ createTime }) => Date.parse(createTime) + EXPORT_LIFE_MS)
      .filter((expiryMs) => expiryMs > nowMs);
    for (const days of WITHIN_DAYS) {
      const value = expiries.filter((expiryMs) => expiryMs <= nowMs + days * DAY_MS).length;
      ahead.expiring.push({ labels: { tenant, within_days: String(days) }, value });
    }
    if (expiries.length > 0) ahead.next.push({ labels: { tenant }, value: Math.min(...expiries) / 1000 });
  }
  return ahead;
}
