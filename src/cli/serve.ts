import { makeTelemetryFilterString, NativeConnection, Runtime } from '@temporalio/worker';
import type { Settings } from '../config/settings';
import { ledgersAsOne } from '../ledger/ledgers-as-one';
import { ledgerPlaceWithoutPassword } from '../ledger/ledger-url';
import { taskQueues } from '../domain/task-queues';
import { DEFAULT_ROOT_URL } from '../vault/vault-client-config';
import { startVaultWorker } from '../worker/vault-worker';
import type { VaultWorker } from '../worker/vault-worker';
import { EXIT } from './exit-code';
import type { ExitCode } from './exit-code';
import { openTenants, vaultOfTenant } from './open-tenants';
import { createOutput } from './output';
import type { OutputFlags } from './output';
import { connect, openLedgersOrExplain, unreachable } from './session';
import { workerLogger } from './worker-log';

/** Runs a worker until it is told to stop. */
export async function serve(settings: Settings, flags: OutputFlags): Promise<ExitCode> {
  const vaults = await openTenants(settings.tenants);
  const ledgers = await openLedgersOrExplain(settings);
  try {
    // A native connection cannot be given up: a silent server would hold this process for half a minute.
    await (await connect(settings)).close();
    // Not earlier: its threads would keep a process alive that has nothing left to do.
    installRuntime();
    const connection = await connectNatively(settings);
    try {
      const { namespace } = settings.temporal;
      const { taskQueue } = settings;
      const worker = await startVaultWorker({
        connection,
        namespace,
        taskQueue,
        ledger: ledgersAsOne(ledgers),
        ledgerFor: ledgers.of,
        vaultFor: (tenant) => vaultOfTenant(vaults, tenant),
      });
      sayReady(settings, flags);
      await untilStopped(worker);
      return EXIT.OK;
    } finally {
      await connection.close();
    }
  } finally {
    await ledgers.close();
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

async function connectNatively(settings: Settings): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(settings.temporal.connection);
  } catch (error) {
    throw unreachable(settings, error);
  }
}

/** Names no subject: standard output is a log. */
function sayReady(settings: Settings, flags: OutputFlags): void {
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
  };
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(ready)}\n`);
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
  ];
  createOutput({}).answer(ready, ({ good }) => `${good('Worker ready')}: ${words.join('; ')}`);
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
