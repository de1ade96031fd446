import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { createVaultJobsClient } from '../client';
import type { VaultJobsClient } from '../client';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes';
import { findTemporal } from '../embedded/temporal-binary';
import { startTemporalServer } from '../embedded/temporal-server';
import type { FakeVault } from '../fake-vault';
import type { Ledger } from '../ledger/ledger';
import { NO_READ_RATES } from '../config/read-rates';
import { openLedger } from '../ledger/open-ledger';
import type { Closing } from '../stack/closing';
import { startVaultStandIn } from '../stack/vault-stand-in';
import { embeddedWorkerEnvironment } from '../stack/worker-environment';
import { WorkerProcess } from '../stack/worker-process';
import type { VaultClient } from '../vault/vault-client';

/** Everything the play needs, all of it the demo's own. */
export interface Stage {
  fake: FakeVault;
  vault: VaultClient;
  temporal: Client;
  jobs: VaultJobsClient;
  ledger: Ledger;
  uiUrl: string;
  /** Aborts when the demo is stopped: nothing may go on asking then. */
  over: AbortSignal;
  startWorker(): Promise<WorkerProcess>;
}

/**
 * Starts all but the worker. What was started is in `closing`, whether or not the rest came up. `say` gets a
 * line about what takes minutes on the first run.
 */
export async function setStage(
  closing: Closing,
  over: AbortSignal,
  say: (line: string) => void,
): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'vault-jobs-demo-'));
  await closing.add(() => rm(folder, { recursive: true, force: true }));

  // Its own quotas would stretch eleven jobs over minutes: Vault takes two creates a minute.
  const standIn = await startVaultStandIn(folder, { limits: 'off' });
  await closing.add(() => standIn.fake.close());
  // Not straight to the terminal: a view that draws in place would wipe it out at once.
  const executable = await findTemporal({ progress: { write: (line) => say(line.trim()) } });
  const server = await startTemporalServer({ ui: true, searchAttributes: SEARCH_ATTRIBUTES, executable });
  await closing.add(() => server.stop());
  const { address, namespace, uiUrl = '' } = server;
  const connection = await Connection.connect({ address });
  await closing.add(() => connection.close());
  const ledgerUrl = join(folder, 'ledger.db');
  const ledger = await openLedger(ledgerUrl, { namespace });
  await closing.add(() => ledger.close());

  const places = { vault: standIn, ledgerUrl, limits: 'off' as const };
  const workerEnvironment = await embeddedWorkerEnvironment(folder, server, places);
  const temporal = new Client({ connection, namespace });
  return {
    fake: standIn.fake,
    vault: standIn.client,
    temporal,
    jobs: createVaultJobsClient({ temporal, ledger }),
    ledger,
    uiUrl,
    over,
    async startWorker() {
      const worker = await WorkerProcess.start({ ...workerEnvironment, ...NO_READ_RATES });
      await closing.add(() => worker.stop());
      return worker;
    },
  };
}
