/** Where a setting stands in the configuration, for example `['tenants', 0, 'subject']`. */
export type SettingPath = readonly (string | number)[];

/** The same for many at once: `*` is every item of a list. */
export type SettingPattern = readonly string[];

/** What flags override; `undefined` leaves the word to the environment and the file. */
export interface SettingFlags {
  config?: string | undefined;
  address?: string | undefined;
  namespace?: string | undefined;
  taskQueue?: string | undefined;
  ledger?: string | undefined;
  rootUrl?: string | undefined;
  storageUrl?: string | undefined;
  subject?: string | undefined;
  keyFile?: string | undefined;
  serviceAccount?: string | undefined;
  metrics?: string | undefined;
  metricsRefresh?: string | undefined;
  logFormat?: string | undefined;
}

/** What overrides a setting of the file. */
export interface Place {
  path: SettingPath;
  /** As commander names it: `taskQueue` for `--task-queue`. */
  flag?: keyof SettingFlags;
  variable: string;
  /** For a setting that is no text; flags and variables are. */
  read?: (text: string) => unknown;
}
