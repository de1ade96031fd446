import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@temporalio/common';
import type { Metrics } from './metrics';
import { refreshFromLedger, refreshFromTemporal } from './shared-gauges';
import type { SharedSources } from './shared-gauges';

export interface Refresher {
  stop(): Promise<void>;
}

/** Keeps the shared gauges fresh. A source that does not answer leaves what it last said, with its time. */
export function startRefresher(
  metrics: Metrics,
  sources: SharedSources,
  logger: Logger,
  everyMs: number,
): Refresher {
  const stopping = new AbortController();
  const silent = new Set<string>();
  const refusals = new Map<string, boolean>();
  const attempt = async (source: string, refresh: () => Promise<void>) => {
    try {
      await refresh();
      silent.delete(source);
    } catch (error) {
      if (silent.has(source)) return;
      silent.add(source);
      // One line an outage; its end shows in the metric of the same name.
      logger.warn('shared gauges are stale', { source, error });
    }
  };
  const run = async () => {
    while (!stopping.signal.aborted) {
      await Promise.all([
        attempt('temporal', () => refreshFromTemporal(metrics, sources, refusals)),
        attempt('ledger', () => refreshFromLedger(metrics, sources)),
      ]);
      // Takes its listener off the signal again; the only way out of it is the end.
      await delay(everyMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
