import { existsSync } from 'node:fs';
import { Client } from '@temporalio/client';
import { makeTelemetryFilterString, NativeConnection, Runtime } from '@temporalio/worker';
import { ConfigError } from '../config/config-error';
import type { Settings } from '../config/settings';
import type { LogFormat } from '../config/telemetry';
import { readLedgerUrl } from '../ledger/ledger-url';
import { WorkerTelemetry } from '../telemetry/worker-telemetry';
import type { OpenTelemetry, WatchedParts } from '../telemetry/worker-telemetry';
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
import { version } from './version';
import { say, workerLogger } from './worker-log';

/** Runs a worker until it is told to stop. */
export async function serve(settings: Settings, flags: OutputFlags): Promise<ExitCode> {
  const { logFormat } = settings.telemetry;
  const telemetry = await WorkerTelemetry.create({
    settings: settings.telemetry,
    version: version(),
    warn: (message) => say('WARN', message, logFormat),
  });
  const vault = await openVault(settings, telemetry);
  const ledger = telemetry.observeLedger(await openLedgerOrExplain(settings));
  try {
    // A native connection cannot be given up: a silent server would hold this process for half a minute.
    await (await connect(settings)).close();
    // Not earlier: its threads would keep a process alive that has nothing left to do.
    installRuntime(settings, telemetry);
    const connection = await connectNatively(settings);
    try {
      const { taskQueue } = settings;
      const { namespace } = settings.temporal;
      let worker: VaultWorker | undefined;
      const served = await openOrExplain(telemetry, {
        temporal: new Client({ connection, namespace }),
        ledger,
        tenants: ['default'],
        logger: Runtime.instance().logger,
        isPolling: () => worker?.isPolling,
      });
      try {
        const vaultFor = (tenant: string) => onlyDefault(tenant, vault);
        const { observers } = telemetry;
        worker = await startVaultWorker({ connection, namespace, taskQueue, ledger, vaultFor, observers });
        sayReady(settings, flags, served.url);
        await untilStopped(worker, logFormat);
        return EXIT.OK;
      } finally {
        await served.close();
      }
    } finally {
      await connection.close();
    }
  } finally {
    await ledger.close();
  }
}

function installRuntime({ telemetry: { logFormat } }: Settings, { sdk }: WorkerTelemetry): void {
  Runtime.install({
    logger: workerLogger((line) => process.stderr.write(line), logFormat),
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} },
      ...(sdk && { metrics: sdk.exporter }),
    },
    // Ours: a worker that stops says so, and a second signal does not wait.
    shutdownSignals: [],
  });
}

async function openVault({ vault }: Settings, telemetry: WorkerTelemetry): Promise<VaultClient> {
  const { keyFile, subject, rootUrl, storageUrl } = vault;
  if (keyFile !== undefined && !existsSync(keyFile))
    throw new ConfigError(['--key-file or VAULT_KEY_FILE: names a file that does not exist']);
  const credential = await createCredential({
    source: keyFile === undefined ? { type: 'application-default' } : { type: 'key-file', path: keyFile },
    ...(subject !== undefined && { subject }),
  });
  const onCall = telemetry.observeCalls('default');
  const config = {
    ...(onCall && { onCall }),
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

function sayReady(settings: Settings, flags: OutputFlags, metricsUrl: string | undefined): void {
  const { temporal, taskQueue, ledger, vault } = settings;
  const ready = {
    ready: true,
    address: temporal.address,
    namespace: temporal.namespace,
    queues: Object.values(taskQueues(taskQueue)),
    ledger: withoutPassword(ledger),
    vault: vault.rootUrl ?? DEFAULT_ROOT_URL,
    ...(vault.subject !== undefined && { subject: vault.subject }),
    ...(metricsUrl !== undefined && { metrics: `${metricsUrl}/metrics` }),
  };
  if (flags.json || settings.telemetry.logFormat === 'json') {
    process.stdout.write(`${JSON.stringify(ready)}\n`);
    return;
  }
  const words = [
    `queues ${ready.queues.join(', ')}`,
    `namespace ${ready.namespace} at ${ready.address}`,
    `ledger ${ready.ledger}`,
    `Vault ${ready.vault}${ready.subject === undefined ? '' : ` as ${ready.subject}`}`,
    ...(ready.metrics === undefined ? [] : [`metrics ${ready.metrics}`]),
  ];
  createOutput({}).answer(ready, ({ good }) => `${good('Worker ready')}: ${words.join('; ')}`);
}

function withoutPassword(ledger: string): string {
  const place = readLedgerUrl(ledger);
  if (place.type === 'sqlite') return place.file;
  const { host, pathname } = new URL(place.url);
  return `postgres://${host}${pathname}`;
}

async function openOrExplain(telemetry: WorkerTelemetry, parts: WatchedParts): Promise<OpenTelemetry> {
  try {
    return await telemetry.open(parts);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new ConfigError([`--metrics or VAULT_JOBS_METRICS: cannot be listened on (${code})`]);
  }
}

async function untilStopped(worker: VaultWorker, format: LogFormat): Promise<void> {
  let asked = false;
  const stop = () => {
    // A person who asks twice does not want to wait; whatever was under way is taken up again elsewhere.
    if (asked) process.exit(EXIT.FAILURE);
    asked = true;
    say('INFO', 'Stopping: calls under way may end. Nothing in Vault is cancelled.', format);
    worker.stop().catch(() => undefined);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    await worker.stopped;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
