import type { Client } from '@temporalio/client';
import type { Logger } from '@temporalio/common';
import type { Ledger } from '../ledger/ledger';
import type { CallObserver } from '../vault/call-observer';
import { observeWithAll } from '../vault/call-observer';
import type { WorkerObservers } from '../worker/worker-observers';
import type { TelemetrySettings } from '../config/telemetry';
import { Metrics } from './metrics';
import { countCalls } from './observe-calls';
import { observeOutcomes } from './observe-outcomes';
import { createReadiness, NotReadyError } from './readiness';
import { startRefresher } from './refresher';
import { chooseSdkMetrics } from './sdk-metrics';
import type { SdkMetrics } from './sdk-metrics';
import type { SharedSources } from './shared-gauges';
import { startStatusServer } from './status-server';
import { observeSteps } from './step-interceptor';
import type { Tracing } from './tracing';

export interface TelemetryOptions {
  settings: TelemetrySettings;
  version: string;
  warn: (message: string) => void;
}

/** What is watched once the worker has its connections. */
export interface WatchedParts extends SharedSources {
  logger: Logger;
  temporal: Client;
  /** Undefined while it is being started. */
  isPolling: () => boolean | undefined;
}

export interface OpenTelemetry {
  /** Absent where nothing is served. */
  url?: string;
  close(): Promise<void>;
}

/** One worker's metrics, traces and health, made before anything they watch; with all off it is nothing. */
export class WorkerTelemetry {
  readonly #metrics: Metrics | undefined;
  readonly #tracing: Tracing | undefined;
  /** To be installed with the SDK's runtime. */
  readonly sdk: SdkMetrics | undefined;
  readonly #settings: TelemetrySettings;

  private constructor(
    settings: TelemetrySettings,
    parts: { metrics?: Metrics; sdk?: SdkMetrics; tracing?: Tracing },
  ) {
    this.#settings = settings;
    this.#metrics = parts.metrics;
    this.sdk = parts.sdk;
    this.#tracing = parts.tracing;
  }

  static async create({ settings, version, warn }: TelemetryOptions): Promise<WorkerTelemetry> {
    const { metricsAddress, traces } = settings;
    // Loaded where it is wanted only.
    const tracing = traces && (await import('./tracing.js')).startTracing(traces, version, warn);
    if (metricsAddress === undefined) return new WorkerTelemetry(settings, { ...(tracing && { tracing }) });
    const metrics = new Metrics();
    metrics.set('buildInfo', { version }, 1);
    const sdk = await chooseSdkMetrics();
    return new WorkerTelemetry(settings, { metrics, sdk, ...(tracing && { tracing }) });
  }

  /** For the Vault client of one tenant. */
  observeCalls(tenant: string): CallObserver | undefined {
    const observers = [
      ...(this.#metrics ? [countCalls(this.#metrics, tenant)] : []),
      ...(this.#tracing ? [this.#tracing.calls] : []),
    ];
    return observers.length === 0 ? undefined : observeWithAll(observers);
  }

  observeLedger(ledger: Ledger): Ledger {
    return this.#metrics ? observeOutcomes(ledger, this.#metrics) : ledger;
  }

  get observers(): WorkerObservers {
    const tracing = this.#tracing;
    return {
      activities: [...(tracing ? [tracing.activities] : []), observeSteps(this.#metrics)],
      client: tracing ? [tracing.client] : [],
      ...(tracing && { sinks: tracing.workflows }),
    };
  }

  /** Serves and refreshes until it is closed. Rejects where the address cannot be had. */
  async open(parts: WatchedParts): Promise<OpenTelemetry> {
    const { metricsAddress, metricsRefreshMs } = this.#settings;
    const metrics = this.#metrics;
    if (metricsAddress === undefined || metrics === undefined)
      return { close: async () => this.#tracing?.close() };
    const readiness = createReadiness({
      temporal: async () => {
        await parts.temporal.workflowService.getSystemInfo({});
      },
      worker: async () => {
        const isPolling = parts.isPolling();
        if (isPolling !== true) throw new NotReadyError(isPolling === false ? 'is stopping' : 'is starting');
      },
      ledger: async () => {
        // No job has this id: one look by primary key, whatever the ledger holds.
        await parts.ledger.job('/readyz');
        await parts.ledger.tryWrite().catch(() => {
          throw new NotReadyError('cannot be written');
        });
      },
    });
    const server = await startStatusServer(metricsAddress, {
      metrics: () => this.#scrape(metrics),
      readiness,
    });
    const refresher = startRefresher(metrics, parts, parts.logger, metricsRefreshMs);
    return {
      url: server.url,
      close: async () => {
        await Promise.all([server.close(), refresher.stop(), this.#tracing?.close()]);
      },
    };
  }

  async #scrape(metrics: Metrics): Promise<{ contentType: string; text: string }> {
    const sdkText = await this.sdk?.text();
    metrics.set('sdkUp', {}, sdkText === undefined ? 0 : 1);
    return { contentType: metrics.contentType, text: `${await metrics.text()}\n${sdkText ?? ''}` };
  }
}
