/** A value and who said it, so that a problem can name its source. */
export interface Sourced {
  value: string;
  source: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** What flags override; `undefined` leaves the environment's word. */
export interface SettingFlags {
  address?: string | undefined;
  namespace?: string | undefined;
  taskQueue?: string | undefined;
  ledger?: string | undefined;
  rootUrl?: string | undefined;
  storageUrl?: string | undefined;
  subject?: string | undefined;
  keyFile?: string | undefined;
  metrics?: string | undefined;
  metricsRefresh?: string | undefined;
  logFormat?: string | undefined;
}

interface Place {
  flag: `--${string}`;
  variable: string;
}

const PLACES: { readonly [setting in keyof Required<SettingFlags>]: Place } = {
  address: { flag: '--address', variable: 'TEMPORAL_ADDRESS' },
  namespace: { flag: '--namespace', variable: 'TEMPORAL_NAMESPACE' },
  taskQueue: { flag: '--task-queue', variable: 'VAULT_JOBS_TASK_QUEUE' },
  ledger: { flag: '--ledger', variable: 'VAULT_JOBS_LEDGER' },
  rootUrl: { flag: '--root-url', variable: 'VAULT_ROOT_URL' },
  storageUrl: { flag: '--storage-url', variable: 'VAULT_STORAGE_URL' },
  subject: { flag: '--subject', variable: 'VAULT_SUBJECT' },
  keyFile: { flag: '--key-file', variable: 'VAULT_KEY_FILE' },
  metrics: { flag: '--metrics', variable: 'VAULT_JOBS_METRICS' },
  metricsRefresh: { flag: '--metrics-refresh', variable: 'VAULT_JOBS_METRICS_REFRESH' },
  logFormat: { flag: '--log-format', variable: 'VAULT_JOBS_LOG_FORMAT' },
};

export const SETTING_NAMES = [
  'address',
  'namespace',
  'taskQueue',
  'ledger',
  'rootUrl',
  'storageUrl',
  'subject',
  'keyFile',
  'metrics',
  'metricsRefresh',
  'logFormat',
] as const satisfies readonly (keyof SettingFlags)[];

/** The flag, else the variable. An empty variable counts as absent: compose files write `${X:-}`. */
export function sourced(
  setting: keyof SettingFlags,
  flags: SettingFlags,
  env: Environment,
): Sourced | undefined {
  const { flag, variable } = PLACES[setting];
  const given = flags[setting];
  if (given !== undefined) return { value: given, source: flag };
  const set = env[variable];
  return set === undefined || set === '' ? undefined : { value: set, source: variable };
}
