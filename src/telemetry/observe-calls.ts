import { quotaCost } from '../domain/vault-quota';
import type { CallObserver } from '../vault/call-observer';
import type { Metrics } from './metrics';

/** Counts every call that is made for a tenant, and what it cost. */
export function countCalls(metrics: Metrics, tenant: string): CallObserver {
  return ({ methodId: method }) => {
    const begun = performance.now();
    return ({ answer, sent }) => {
      metrics.count('apiCalls', { tenant, method, answer });
      metrics.observe('apiCallSeconds', { method }, (performance.now() - begun) / 1000);
      if (!sent) return;
      for (const [pool, units] of Object.entries(quotaCost(method)))
        metrics.count('apiUnits', { tenant, pool, method, answer }, units);
    };
  };
}
