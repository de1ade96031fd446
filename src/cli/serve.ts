import { Client } from '@temporalio/client';
import { makeTelemetryFilterString, NativeConnection, Runtime } from '@temporalio/worker';
import { ConfigError } from '../config/config-error';
import { quotasOf } from '../config/quotas';
import { queueRates, walkRates } from '../config/read-rates';
import { clientDataConverter } from '../encryption/data-converter';
import { exposedSecrets } from '../config/exposed-secrets';
import { openKeyRing } from '../encryption/open-key-ring';
import type { Settings } from '../config/settings';
import type { LogFormat } from '../config/telemetry';
import type { Ledger } from '../ledger/ledger';
import { ledgersAsOne } from '../ledger/ledgers-as-one';
import type { TenantLedgers } from '../ledger/tenant-ledgers';
import { ledgerPlaceWithoutPassword } from '../ledger/ledger-url';
import { WorkerTelemetry } from '../telemetry/worker-telemetry';
import type { OpenTelemetry, WatchedParts } from '../telemetry/worker-telemetry';
import { visible } from '../domain/foreign-text';
import { checkedMs } from '../domain/policy';
import { taskQueues } from '../domain/task-queues';
import { DEFAULT_ROOT_URL } from '../vault/vault-client-config';
import { startVaultWorker } from '../worker/vault-worker';
import type { VaultWorker } from '../worker/vault-worker';
import { EXIT } from './exit-code';
import type { ExitCode } from './exit-code';
import { openTenants, vaultOfTenant } from './open-tenants';
import { createOutput, print, printJson } from './output';
import type { OutputFlags } from './output';
import { connect, openLedgersOrExplain, unreachable } from './session';
import { StopLimit } from './stop-limit';
import { version } from './version';
import { say, sayWarnings, workerLogger } from './worker-log';

/** For what still runs when the worker failed. */
const FAILED_GRACE_MS = 5_000;

/** Runs a worker until it is told to stop. */
export async function serve(settings: Settings, flags: OutputFlags): Promise<ExitCode> {
  const keys = openKeyRing(settings.encryption, process.env);
  const { logFormat } = settings.telemetry;
  sayWarnings(logFormat);
  const telemetry = await WorkerTelemetry.create({
    settings: settings.telemetry,
    version: version(),
    warn: (message) => say('WARN', message, logFormat),
  });
  for (const exposed of exposedSecrets(settings, process.env))
    say('WARN', `${exposed}: chmod 600 it`, logFormat);
  const limit = new StopLimit();
  const observerOf = (tenant: string) => telemetry.observeCalls(tenant);
  const vaults = await openTenants(settings.tenants, observerOf, limit.signal);
  const ledgers = observedLedgers(await openLedgersOrExplain(settings), telemetry);
  try {
    // A native connection cannot be given up: a silent server would hold this process for half a minute.
    await (await connect(settings)).close();
    // Not earlier: its threads would keep a process alive that has nothing left to do.
    installRuntime(settings, telemetry);
    const connection = await connectNatively(settings);
    try {
      const { taskQueue } = settings;
      const { namespace } = settings.temporal;
      const ledger = ledgersAsOne(ledgers);
      let worker: VaultWorker | undefined;
      const served = await openOrExplain(telemetry, {
        temporal: new Client({ connection, namespace, dataConverter: clientDataConverter(keys) }),
        ledger,
        tenants: settings.tenants.map((tenant) => tenant.name),
        logger: Runtime.instance().logger,
        isPolling: () => worker?.isPolling,
      });
      try {
        const { observers } = telemetry;
        worker = await startVaultWorker({
          connection,
          namespace,
          taskQueue,
          ledger,
          ledgerFor: ledgers.of,
          vaultFor: (tenant) => vaultOfTenant(vaults, tenant),
          quotasFor: (tenant) => quotasOf(settings, tenant),
          keys,
          deployment: settings.deployment,
          observers,
          rates: queueRates(settings.readRates),
          walkRates: walkRates(settings.readRates),
          watchdogEveryMs: settings.watchdog.enabled && checkedMs(settings.watchdog.every),
        });
        sayReady(settings, flags, served.url);
        await untilStopped(worker, limit, logFormat);
        return EXIT.OK;
      } finally {
        await served.close();
      }
    } finally {
      // Refuses while a worker that failed holds on to it, and would hide why that failed.
      await connection.close().catch(() => undefined);
    }
  } finally {
    await ledgers.close();
  }
}

function installRuntime({ telemetry: { logFormat } }: Settings, { sdk }: WorkerTelemetry): void {
  Runtime.install({
    logger: workerLogger((line) => print(process.stderr, line), logFormat),
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} },
      ...(sdk && { metrics: sdk.exporter }),
    },
    // Ours: a worker that stops says so, and a second signal does not wait.
    shutdownSignals: [],
  });
}

/** The same ledgers, watched: an outcome is counted where it is stored. */
function observedLedgers({ of, all, close }: TenantLedgers, telemetry: WorkerTelemetry): TenantLedgers {
  const observed = new Map(all.map((ledger) => [ledger, telemetry.observeLedger(ledger)]));
  const watched = (ledger: Ledger) => observed.get(ledger) ?? ledger;
  return { of: (tenant) => watched(of(tenant)), all: all.map(watched), close };
}

async function connectNatively(settings: Settings): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(settings.temporal.connection);
  } catch (error) {
    throw unreachable(settings, error);
  }
}

/** Names no subject: standard output is a log. */
function sayReady(settings: Settings, flags: OutputFlags, metricsUrl: string | undefined): void {
  const { temporal, taskQueue, ledger } = settings;
  const ready = {
    ready: true,
    address: temporal.address,
    namespace: temporal.namespace,
    queues: Object.values(taskQueues(taskQueue)),
    ledger: ledgerPlaceWithoutPassword(ledger),
    tenants: settings.tenants.map((tenant) => ({
      name: tenant.name,
      vault: tenant.rootUrl ?? DEFAULT_ROOT_URL,
      ...(tenant.ledger !== undefined && { ledger: ledgerPlaceWithoutPassword(tenant.ledger) }),
    })),
    encryptedWith: settings.encryption.keys[0]?.id,
    ...(settings.deployment && { deployment: settings.deployment }),
    ...(metricsUrl !== undefined && { metrics: `${metricsUrl}/metrics` }),
  };
  if (flags.json || settings.telemetry.logFormat === 'json') {
    printJson(ready);
    return;
  }
  const words = [
    `queues ${ready.queues.join(', ')}`,
    `namespace ${ready.namespace} at ${ready.address}`,
    `ledger ${ready.ledger}`,
    ...ready.tenants.map(
      (tenant) =>
        `tenant ${tenant.name} at ${tenant.vault}${tenant.ledger === undefined ? '' : `, ledger ${tenant.ledger}`}`,
    ),
    ready.encryptedWith === undefined
      ? 'payloads not encrypted'
      : `payloads encrypted with key ${ready.encryptedWith}`,
    ...(ready.deployment ? [`build ${ready.deployment.buildId} of deployment ${ready.deployment.name}`] : []),
    ...(ready.metrics === undefined ? [] : [`metrics ${ready.metrics}`]),
  ];
  createOutput({}).answer(
    ready,
    (_shown, { good }) => `${good('Worker ready')}: ${visible(words.join('; '), 10_000)}`,
  );
}

async function openOrExplain(telemetry: WorkerTelemetry, parts: WatchedParts): Promise<OpenTelemetry> {
  try {
    return await telemetry.open(parts);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new ConfigError([`--metrics or VAULT_JOBS_METRICS: cannot be listened on (${code})`]);
  }
}

async function untilStopped(worker: VaultWorker, limit: StopLimit, format: LogFormat): Promise<void> {
  let asked = false;
  const stop = () => {
    // A person who asks twice does not want to wait; whatever was under way is taken up again elsewhere.
    if (asked) process.exit(EXIT.FAILURE);
    asked = true;
    say('INFO', 'Stopping: calls under way have some seconds to end. Nothing in Vault is cancelled.', format);
    limit.start(() => process.exit(EXIT.OK));
    worker.stop().catch(() => undefined);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    await worker.stopped;
  } catch (error) {
    say(
      'ERROR',
      `The worker failed and ends: ${error instanceof Error ? error.message : String(error)}`,
      format,
    );
    exitSoon();
    throw error;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

/** A native part that failed never lets go: whoever runs this process must see it end, and start another. */
function exitSoon(): void {
  setTimeout(() => process.exit(EXIT.FAILURE), FAILED_GRACE_MS).unref();
}
