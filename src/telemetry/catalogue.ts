interface MetricEntry {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
  /**
   * `worker`: each counts what it did itself; add them up. `shared`: each shows the same facts about all jobs; take the
   * maximum.
   */
  readonly scope: 'worker' | 'shared';
  /** Upper bounds, in seconds. */
  readonly buckets?: readonly number[];
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** From what is sent at once to what waits for days. */
const LONG_WAITS = [1, 5, 15, 30, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY];
/** Up to the limit that calls have. */
const CALL_TIMES = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Every metric of ours. https://prometheus.io/docs/practices/naming/ */
export const CATALOGUE = {
  apiCalls: {
    name: 'vault_jobs_api_calls_total',
    type: 'counter',
    labels: ['tenant', 'method', 'answer'],
    help: 'HTTP calls to Vault and its storage, by answer.',
    scope: 'worker',
  },
  apiUnits: {
    name: 'vault_jobs_api_units_total',
    type: 'counter',
    labels: ['tenant', 'pool', 'method', 'answer'],
    help: 'Quota units that calls which left this worker cost, by Google’s published table.',
    scope: 'worker',
  },
  apiCallSeconds: {
    name: 'vault_jobs_api_call_duration_seconds',
    type: 'histogram',
    labels: ['method'],
    help: 'Time from a call to its answer, the token included.',
    scope: 'worker',
    buckets: CALL_TIMES,
  },
  stepAttempts: {
    name: 'vault_jobs_step_attempts_total',
    type: 'counter',
    labels: ['step', 'end'],
    help: 'Attempts of steps, by how they ended: done, look_again, waiting, interrupted or failed. Polls are those of watch.',
    scope: 'worker',
  },
  queueWaitSeconds: {
    name: 'vault_jobs_queue_wait_seconds',
    type: 'histogram',
    labels: ['tenant', 'kind'],
    help: 'Time from the start of a job to the first attempt to make its export or count.',
    scope: 'worker',
    buckets: LONG_WAITS,
  },
  cancelAcceptSeconds: {
    name: 'vault_jobs_cancel_accept_seconds',
    type: 'histogram',
    labels: ['kind'],
    help: 'Time from a cancel request to the first 200 of operations.cancel, observed when the job ends.',
    scope: 'worker',
    buckets: LONG_WAITS,
  },
  cancelConfirmSeconds: {
    name: 'vault_jobs_cancel_confirm_seconds',
    type: 'histogram',
    labels: ['kind', 'outcome'],
    help: 'Time from the first 200 of operations.cancel to the reading that proved the end.',
    scope: 'worker',
    buckets: LONG_WAITS,
  },
  durationSeconds: {
    name: 'vault_jobs_duration_seconds',
    type: 'histogram',
    labels: ['kind', 'outcome'],
    help: 'Time from the start of a job to its proven end.',
    scope: 'worker',
    buckets: LONG_WAITS,
  },
  sdkUp: {
    name: 'vault_jobs_sdk_metrics_up',
    type: 'gauge',
    labels: [],
    help: '1 where this scrape contains the metrics of Temporal’s SDK too.',
    scope: 'worker',
  },
  buildInfo: {
    name: 'vault_jobs_build_info',
    type: 'gauge',
    labels: ['version'],
    help: 'Always 1; the version of the worker.',
    scope: 'worker',
  },
  open: {
    name: 'vault_jobs_open',
    type: 'gauge',
    labels: ['tenant', 'kind', 'state'],
    help: 'Jobs that run, by state, from Temporal’s visibility.',
    scope: 'shared',
  },
  oldestOpen: {
    name: 'vault_jobs_oldest_open_timestamp_seconds',
    type: 'gauge',
    labels: ['tenant', 'kind', 'state'],
    help: 'When the oldest job that is in this state was started.',
    scope: 'shared',
  },
  ended: {
    name: 'vault_jobs_ended',
    type: 'gauge',
    labels: ['tenant', 'kind', 'outcome'],
    help: 'Jobs that ended so, from the ledger: over all time, also before this worker was started.',
    scope: 'shared',
  },
  closedWithoutRecord: {
    name: 'vault_jobs_closed_without_record',
    type: 'gauge',
    labels: ['status'],
    help: 'Jobs that were terminated, timed out or failed by a step, within Temporal’s retention: nobody watches what they left.',
    scope: 'shared',
  },
  exportSlotsInUse: {
    name: 'vault_jobs_export_slots_in_use',
    type: 'gauge',
    labels: ['tenant'],
    help: 'Exports of ours that take one of Vault’s 20 places of running exports.',
    scope: 'shared',
  },
  exportsExpiring: {
    name: 'vault_jobs_exports_expiring',
    type: 'gauge',
    labels: ['tenant', 'within_days'],
    help: 'Completed exports that Vault will drop within so many days.',
    scope: 'shared',
  },
  nextExpiry: {
    name: 'vault_jobs_next_export_expiry_timestamp_seconds',
    type: 'gauge',
    labels: ['tenant'],
    help: 'When Vault will drop the next completed export; absent where there is none.',
    scope: 'shared',
  },
  refreshed: {
    name: 'vault_jobs_refreshed_timestamp_seconds',
    type: 'gauge',
    labels: ['source'],
    help: 'When the shared gauges were last read from this source.',
    scope: 'shared',
  },
} as const satisfies { readonly [key: string]: MetricEntry };

export type MetricKey = keyof typeof CATALOGUE;
type KeysOf<Type> = { [K in MetricKey]: (typeof CATALOGUE)[K]['type'] extends Type ? K : never }[MetricKey];
export type CounterKey = KeysOf<'counter'>;
export type GaugeKey = KeysOf<'gauge'>;
export type HistogramKey = KeysOf<'histogram'>;
export type LabelsOf<K extends MetricKey> = { [label in (typeof CATALOGUE)[K]['labels'][number]]: string };
