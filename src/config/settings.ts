import { homedir } from 'node:os';
import { join } from 'node:path';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { z } from 'zod';
import { DEFAULT_TASK_QUEUE } from '../domain/task-queues';
import { LedgerConfigError, readLedgerUrl } from '../ledger/ledger-url';
import { ConfigError } from './config-error';
import { readEncryption } from './encryption';
import type { EncryptionSettings } from './encryption';
import { SETTING_NAMES, sourced } from './setting-sources';
import type { Environment, SettingFlags, Sourced } from './setting-sources';
import { loadTemporalProfile } from './temporal-profile';

export interface Settings {
  temporal: {
    address: string;
    namespace: string;
    /** Address, TLS, API key and headers, as both kinds of connection take them. */
    connection: NativeConnectionOptions;
  };
  taskQueue: string;
  ledger: string;
  vault: { rootUrl?: string; storageUrl?: string; subject?: string; keyFile?: string };
  encryption: EncryptionSettings;
}

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/, 'must be letters, digits, dots, dashes or underscores');
const webAddress = z.url({ protocol: /^https?$/, error: 'must be an http or https address' });

const schema = z.object({
  address: z
    .string()
    .regex(/^(?!\w+:\/\/)[^\s/]+$/, 'must be host:port, for example localhost:7233, without http://')
    .default('localhost:7233'),
  namespace: name.default('default'),
  taskQueue: name.default(DEFAULT_TASK_QUEUE),
  ledger: z.string().superRefine((url, ctx) => {
    try {
      readLedgerUrl(url);
    } catch (error) {
      if (!(error instanceof LedgerConfigError)) throw error;
      ctx.addIssue({ code: 'custom', message: error.message });
    }
  }),
  rootUrl: webAddress.optional(),
  storageUrl: webAddress.optional(),
  subject: z
    .string()
    .regex(/^[^\s@]+@[^\s@]+$/, 'must be the e-mail address of the Vault user to act for')
    .optional(),
  keyFile: z.string().min(1, 'must name a file').optional(),
});

/** Reads flags over environment over Temporal's profile over defaults. Throws one error with every problem. */
export function readSettings(flags: SettingFlags, env: Environment): Settings {
  const problems: string[] = [];
  const profile = loadTemporalProfile(env, problems);
  const encryption = readEncryption(undefined, env, problems);
  const given = new Map<string, Sourced>();
  for (const setting of SETTING_NAMES) {
    const found = sourced(setting, flags, env) ?? fromProfile(setting, profile);
    if (found) given.set(setting, found);
  }
  const raw = Object.fromEntries([...given].map(([setting, { value }]) => [setting, value]));
  const parsed = schema.safeParse({ ledger: defaultLedger(env), ...raw });
  if (!parsed.success) problems.push(...parsed.error.issues.map((issue) => explain(issue, given)));
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);

  const { address, namespace, taskQueue, ledger, ...vault } = parsed.data;
  return {
    temporal: { address, namespace, connection: { ...profile.connectionOptions, address } },
    taskQueue,
    ledger,
    vault: withoutAbsent(vault),
    encryption,
  };
}

/** Where a ledger is kept when nobody says. https://specifications.freedesktop.org/basedir-spec/latest/ */
export function defaultLedger(env: Environment): string {
  const data = env.XDG_DATA_HOME || join(homedir(), '.local', 'share');
  return join(data, 'vault-jobs', 'ledger.db');
}

function fromProfile(
  setting: keyof SettingFlags,
  profile: ReturnType<typeof loadTemporalProfile>,
): Sourced | undefined {
  const values: SettingFlags = { address: profile.connectionOptions.address, namespace: profile.namespace };
  const value = values[setting];
  return value === undefined ? undefined : { value, source: "Temporal's profile" };
}

function explain(issue: z.core.$ZodIssue, given: Map<string, Sourced>): string {
  const setting = String(issue.path[0]);
  return `${given.get(setting)?.source ?? setting}: ${issue.message}`;
}

function withoutAbsent(vault: { [field in keyof Settings['vault']]: string | undefined }): Settings['vault'] {
  return Object.fromEntries(Object.entries(vault).filter(([, value]) => value !== undefined));
}
