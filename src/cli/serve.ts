import { existsSync } from 'node:fs';
import { makeTelemetryFilterString, NativeConnection, Runtime } from '@temporalio/worker';
import { ConfigError } from '../config/config-error';
import { openKeyRing } from '../encryption/open-key-ring';
import type { Settings } from '../config/settings';
import { readLedgerUrl } from '../ledger/ledger-url';
import { taskQueues } from '../domain/task-queues';
import { createCredential, createVaultClient } from '../vault';
import type { VaultClient } from '../vault';
import { DEFAULT_ROOT_URL } from '../vault/vault-client-config';
import { misconfigured } from '../vault/vault-error';
import { startVaultWorker } from '../worker/vault-worker';
import type { VaultWorker } from '../worker/vault-worker';
import { EXIT } from './exit-code';
import type { ExitCode } from './exit-code';
import { createOutput } from './output';
import type { OutputFlags } from './output';
import { connect, openLedgerOrExplain, unreachable } from './session';
import { workerLogger } from './worker-log';

/** Runs a worker until it is told to stop. */
export async function serve(settings: Settings, flags: OutputFlags): Promise<ExitCode> {
  const keys = openKeyRing(settings.encryption, process.env);
  const vault = await openVault(settings);
  const ledger = await openLedgerOrExplain(settings);
  try {
    // A native connection cannot be given up: a silent server would hold this process for half a minute.
    await (await connect(settings)).close();
    // Not earlier: its threads would keep a process alive that has nothing left to do.
    installRuntime();
    const connection = await connectNatively(settings);
    try {
      const { namespace } = settings.temporal;
      const { taskQueue } = settings;
      const vaultFor = (tenant: string) => onlyDefault(tenant, vault);
      const worker = await startVaultWorker({ connection, namespace, taskQueue, ledger, vaultFor, keys });
      sayReady(settings, flags);
      await untilStopped(worker);
      return EXIT.OK;
    } finally {
      await connection.close();
    }
  } finally {
    await ledger.close();
  }
}

function installRuntime(): void {
  Runtime.install({
    logger: workerLogger((line) => process.stderr.write(line)),
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} },
    },
    // Ours: a worker that stops says so, and a second signal does not wait.
    shutdownSignals: [],
  });
}

async function openVault({ vault }: Settings): Promise<VaultClient> {
  const { keyFile, subject, rootUrl, storageUrl } = vault;
  if (keyFile !== undefined && !existsSync(keyFile))
    throw new ConfigError(['--key-file or VAULT_KEY_FILE: names a file that does not exist']);
  const credential = await createCredential({
    source: keyFile === undefined ? { type: 'application-default' } : { type: 'key-file', path: keyFile },
    ...(subject !== undefined && { subject }),
  });
  const config = {
    ...(rootUrl !== undefined && { rootUrl }),
    ...(storageUrl !== undefined && { storageUrl }),
  };
  return createVaultClient(config, credential);
}

/** Another tenant's job must never run as this one's Vault user. */
function onlyDefault(tenant: string, vault: VaultClient): VaultClient {
  if (tenant === 'default') return vault;
  throw misconfigured(
    'this worker serves the tenant "default" only; build a worker with one client a tenant.',
  );
}

async function connectNatively(settings: Settings): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(settings.temporal.connection);
  } catch (error) {
    throw unreachable(settings, error);
  }
}

function sayReady(settings: Settings, flags: OutputFlags): void {
  const { temporal, taskQueue, ledger, vault } = settings;
  const ready = {
    ready: true,
    address: temporal.address,
    namespace: temporal.namespace,
    queues: Object.values(taskQueues(taskQueue)),
    ledger: withoutPassword(ledger),
    vault: vault.rootUrl ?? DEFAULT_ROOT_URL,
    encryptedWith: settings.encryption.keys[0]?.id,
    ...(vault.subject !== undefined && { subject: vault.subject }),
  };
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(ready)}\n`);
    return;
  }
  const words = [
    `queues ${ready.queues.join(', ')}`,
    `namespace ${ready.namespace} at ${ready.address}`,
    `ledger ${ready.ledger}`,
    `Vault ${ready.vault}${ready.subject === undefined ? '' : ` as ${ready.subject}`}`,
    ready.encryptedWith === undefined
      ? 'payloads not encrypted'
      : `payloads encrypted with key ${ready.encryptedWith}`,
  ];
  createOutput({}).answer(ready, ({ good }) => `${good('Worker ready')}: ${words.join('; ')}`);
}

function withoutPassword(ledger: string): string {
  const place = readLedgerUrl(ledger);
  if (place.type === 'sqlite') return place.file;
  const { host, pathname } = new URL(place.url);
  return `postgres://${host}${pathname}`;
}

async function untilStopped(worker: VaultWorker): Promise<void> {
  let asked = false;
  const stop = () => {
    // A person who asks twice does not want to wait; whatever was under way is taken up again elsewhere.
    if (asked) process.exit(EXIT.FAILURE);
    asked = true;
    process.stderr.write('Stopping: calls under way may end. Nothing in Vault is cancelled.\n');
    worker.stop().catch(() => undefined);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    await worker.stopped;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
