import type { PrometheusMetricsExporter } from '@temporalio/worker';
import { findFreePort } from '../embedded/free-port';

/** It answers from memory on this machine. */
const SCRAPE_LIMIT_MS = 2_000;

/**
 * Metrics of Temporal's SDK. Its native part serves them itself, on a port of its own; that one is bound to this
 * machine, and what it says is passed on, so that a worker is one target with one address.
 */
export interface SdkMetrics {
  readonly exporter: PrometheusMetricsExporter;
  /** Undefined where it does not answer. */
  text(): Promise<string | undefined>;
}

export async function chooseSdkMetrics(): Promise<SdkMetrics> {
  const bindAddress = `127.0.0.1:${await findFreePort()}`;
  return {
    exporter: {
      prometheus: {
        bindAddress,
        countersTotalSuffix: true,
        unitSuffix: true,
        useSecondsForDurations: true,
      },
    },
    text: async () => {
      try {
        const signal = AbortSignal.timeout(SCRAPE_LIMIT_MS);
        const response = await fetch(`http://${bindAddress}/metrics`, { signal });
        return response.ok ? await response.text() : undefined;
      } catch {
        return undefined;
      }
    },
  };
}
