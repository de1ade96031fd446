import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { readConfigFile } from './config-file';
import { ConfigError } from './config-error';
import { configSchema } from './config-schema';
import type { Config } from './config-schema';
import { explainIssue, MAX_TOLD } from './explain-issue';
import { Layers } from './layers';
import type { SettingFlags } from './place';
import { generalOverrides } from './setting-sources';
import type { Environment } from './setting-sources';
import type { TenantSettings } from './tenants';
import { readTraces } from './telemetry';
import type { TelemetrySettings } from './telemetry';
import { loadTemporalProfile } from './temporal-profile';
import { overrideDefaultTenant } from './default-tenant';

export interface Settings extends Omit<Config, 'temporal' | 'tenants' | 'telemetry'> {
  temporal: {
    address: string;
    namespace: string;
    /** Address, TLS, API key and headers, as both kinds of connection take them. */
    connection: NativeConnectionOptions;
  };
  tenants: TenantSettings[];
  telemetry: TelemetrySettings;
  /** The file that was read, if any. */
  configFile?: string;
  /** Whether the tenants are all there are; without a file that lists them, others may be served elsewhere. */
  tenantsListed: boolean;
}

/**
 * Reads flags over environment over the configuration file over Temporal's profile over defaults. Throws one
 * error with every problem.
 */
export function readSettings(flags: SettingFlags, env: Environment): Settings {
  const problems: string[] = [];
  const file = readConfigFile(flags.config, env, problems);
  const layers = new Layers(file);
  overrideDefaultTenant(layers, flags, env, problems);
  for (const { place, value, source } of generalOverrides(flags, env)) layers.set(place.path, value, source);
  const profile = loadTemporalProfile(env, problems, layers.get(['temporal', 'profile']));
  addProfile(layers, profile, env);

  const traces = readTraces(env, problems);
  const parsed = configSchema.safeParse({ ledger: defaultLedger(env), ...layers.content });
  if (!parsed.success) {
    const told = parsed.error.issues.slice(0, MAX_TOLD);
    problems.push(...told.flatMap((issue) => explainIssue(issue, layers)));
  }
  if (!parsed.success || problems.length > 0) throw new ConfigError([...new Set(problems)]);

  const { temporal, tenants, telemetry, ...rest } = parsed.data;
  const { address, namespace } = temporal;
  return {
    ...rest,
    temporal: { address, namespace, connection: { ...profile.connectionOptions, address } },
    tenants: tenants.map((tenant, index) => ({
      ...tenant,
      credentialSource: layers.sourceOf(['tenants', index, 'credential']),
    })),
    telemetry: { ...telemetry, ...(traces && { traces }) },
    tenantsListed: file?.content.tenants !== undefined,
    ...(file && { configFile: file.path }),
  };
}

/** What Temporal's profile says counts for less than the file, unless the environment asks for this very profile. */
function addProfile(layers: Layers, profile: ClientConnectConfig, env: Environment): void {
  const values = { address: profile.connectionOptions.address, namespace: profile.namespace };
  for (const [field, value] of Object.entries(values)) {
    const path = ['temporal', field];
    const isFree = env.TEMPORAL_PROFILE ? !layers.isOverridden(path) : layers.get(path) === undefined;
    if (value !== undefined && isFree) layers.set(path, value, "Temporal's profile");
  }
}

/** Where a ledger is kept when nobody says. https://specifications.freedesktop.org/basedir-spec/latest/ */
export function defaultLedger(env: Environment): string {
  const data = env.XDG_DATA_HOME || join(homedir(), '.local', 'share');
  return join(data, 'vault-jobs', 'ledger.db');
}
