import { writeFile } from 'node:fs/promises';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { quotasEnvironment, WITHOUT_LIMITS } from '../config/quotas';

export interface WorkerPlaces {
  vault: { rootUrl: string; keyFile: string; subject: string };
  ledgerUrl: string;
  /** For VAULT_JOBS_ENCRYPTION_KEYS. */
  encryptionKeys?: string | undefined;
  /** Of this Vault. Google's where absent. */
  limits?: 'off';
}

/**
 * The environment of a worker on an embedded Temporal server. A profile, an address or a credential of the
 * person at the keyboard must not reach it: it would work on somebody's real jobs, or on a real Vault.
 */
export async function embeddedWorkerEnvironment(
  folder: string,
  temporal: { address: string; namespace: string },
  places: WorkerPlaces,
): Promise<NodeJS.ProcessEnv> {
  // A file of our own, because without one the SDK reads the person's; an entirely empty one it cannot read.
  const noProfiles = join(folder, 'temporal.toml');
  await writeFile(noProfiles, '[profile.default]\n', { mode: 0o600 });
  const own = Object.entries(process.env).filter(([name]) => !/^(TEMPORAL|VAULT|GOOGLE)_/.test(name));
  return {
    ...Object.fromEntries(own),
    TEMPORAL_CONFIG_FILE: noProfiles,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    ...placesEnvironment(places),
  };
}

/** The environment of a worker on the server that the person's own environment names. */
export function externalWorkerEnvironment(places: WorkerPlaces): NodeJS.ProcessEnv {
  return { ...process.env, ...placesEnvironment(places) };
}

function placesEnvironment({ vault, ledgerUrl, encryptionKeys, limits }: WorkerPlaces): NodeJS.ProcessEnv {
  return {
    // No file, for the same reason: its tenants are real ones.
    VAULT_JOBS_CONFIG: devNull,
    VAULT_ROOT_URL: vault.rootUrl,
    VAULT_STORAGE_URL: vault.rootUrl,
    VAULT_KEY_FILE: vault.keyFile,
    VAULT_SUBJECT: vault.subject,
    VAULT_JOBS_LEDGER: ledgerUrl,
    ...(encryptionKeys !== undefined && { VAULT_JOBS_ENCRYPTION_KEYS: encryptionKeys }),
    ...(limits === 'off' && quotasEnvironment(WITHOUT_LIMITS)),
  };
}
