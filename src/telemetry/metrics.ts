import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { CATALOGUE } from './catalogue';
import type { CounterKey, GaugeKey, HistogramKey, LabelsOf, MetricKey } from './catalogue';

export interface Sample<K extends MetricKey> {
  labels: LabelsOf<K>;
  value: number;
}

/** The catalogue come to life: each metric with exactly its labels. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, Histogram>();

  constructor() {
    for (const [key, entry] of Object.entries(CATALOGUE)) {
      const { name, help } = entry;
      const common = { name, help, labelNames: [...entry.labels], registers: [this.#registry] };
      if (entry.type === 'counter') this.#counters.set(key, new Counter(common));
      else if (entry.type === 'gauge') this.#gauges.set(key, new Gauge(common));
      else this.#histograms.set(key, new Histogram({ ...common, buckets: [...entry.buckets] }));
    }
    collectDefaultMetrics({ register: this.#registry });
  }

  count<K extends CounterKey>(key: K, labels: LabelsOf<K>, by = 1): void {
    this.#counters.get(key)?.inc(labels, by);
  }

  observe<K extends HistogramKey>(key: K, labels: LabelsOf<K>, seconds: number): void {
    // Two machines' clocks take part in a wait: a small negative one is none.
    this.#histograms.get(key)?.observe(labels, Math.max(0, seconds));
  }

  set<K extends GaugeKey>(key: K, labels: LabelsOf<K>, value: number): void {
    this.#gauges.get(key)?.set(labels, value);
  }

  /** All samples of a gauge at once; what is not among them is gone. */
  replace<K extends GaugeKey>(key: K, samples: readonly Sample<K>[]): void {
    const gauge = this.#gauges.get(key);
    gauge?.reset();
    for (const { labels, value } of samples) gauge?.set(labels, value);
  }

  /** https://prometheus.io/docs/instrumenting/exposition_formats/ */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}
