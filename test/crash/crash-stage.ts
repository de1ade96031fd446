import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { createVaultJobsClient } from '../../src/client';
import type { VaultJobsClient } from '../../src/client';
import { NO_READ_RATES } from '../../src/config/read-rates';
import { startFakeVault, writeKeyFile } from '../../src/fake-vault';
import type { FakeVault, FakeVaultOptions } from '../../src/fake-vault';
import type { Ledger } from '../../src/ledger/ledger';
import { openLedger } from '../../src/ledger/open-ledger';
import { Closing } from '../../src/stack/closing';
import { embeddedWorkerEnvironment } from '../../src/stack/worker-environment';
import { WorkerProcess } from '../../src/stack/worker-process';

/** The built command: what a person runs, and what a signal really reaches. */
const CLI = join(__dirname, '..', '..', 'dist', 'src', 'cli', 'main.js');

export interface CrashStageOptions {
  /** Of Temporal; the server of this test run by default. */
  address?: string;
  /** By which the workers reach it, where that is another. */
  workerAddress?: string;
  /** A SQLite file in the stage's own folder by default. */
  ledgerUrl?: string;
  fake?: FakeVaultOptions;
  /** On top of what every worker of the stage is given. */
  env?: NodeJS.ProcessEnv;
}

/** Workers in processes of their own, and what outlives them: Temporal, the ledger and the fake Vault with its log. */
export interface CrashStage {
  temporal: Client;
  jobs: VaultJobsClient;
  fake: FakeVault;
  ledger: Ledger;
  ledgerUrl: string;
  /** Resolves when it takes work. */
  startWorker(more?: NodeJS.ProcessEnv): Promise<WorkerProcess>;
  /** What a worker or a command in a process of its own is to be given. */
  env: NodeJS.ProcessEnv;
  /** Starts one again and again until it comes up, as whatever runs it in production does. */
  superviseWorker(): Promise<WorkerProcess>;
  close(): Promise<void>;
}

export async function setCrashStage(options: CrashStageOptions = {}): Promise<CrashStage> {
  const address = options.address ?? process.env.TEST_TEMPORAL_ADDRESS;
  if (address === undefined) throw new Error('global-setup.ts did not run');
  const closing = new Closing();
  try {
    return await set(closing, { ...options, address });
  } catch (error) {
    await closing.close();
    throw error;
  }
}

async function set(closing: Closing, options: CrashStageOptions & { address: string }): Promise<CrashStage> {
  const { address, workerAddress = address } = options;
  const folder = await mkdtemp(join(tmpdir(), 'vault-jobs-crash-'));
  await closing.add(() => rm(folder, { recursive: true, force: true }));
  const fake = await startFakeVault({ limits: 'off', ...options.fake });
  await closing.add(() => fake.close());
  const ledgerUrl = options.ledgerUrl ?? join(folder, 'ledger.db');
  const ledger = await openLedger(ledgerUrl, { namespace: 'default' });
  await closing.add(() => ledger.close());
  const connection = await Connection.connect({ address });
  await closing.add(() => connection.close());
  const temporal = new Client({ connection });

  const keyFile = join(folder, 'key.json');
  await writeKeyFile(keyFile, fake.serviceAccountKey);
  const { rootUrl, subject } = fake;
  const places = { vault: { rootUrl, keyFile, subject }, ledgerUrl, limits: 'off' as const };
  const temporalPlace = { address: workerAddress, namespace: 'default' };
  const taskQueue = `crash-${randomUUID()}`;
  const env = {
    ...(await embeddedWorkerEnvironment(folder, temporalPlace, places)),
    VAULT_JOBS_TASK_QUEUE: taskQueue,
    ...NO_READ_RATES,
    ...options.env,
  };
  let closed = false;
  const startWorker = async (more: NodeJS.ProcessEnv = {}) => {
    const worker = await WorkerProcess.start({ ...env, ...more }, undefined, CLI);
    await closing.add(() => worker.kill());
    return worker;
  };
  const superviseWorker = async () => {
    for (;;) {
      try {
        return await startWorker();
      } catch (error) {
        if (closed) throw error;
        await delay(200);
      }
    }
  };
  return {
    temporal,
    jobs: createVaultJobsClient({ temporal, taskQueue, ledger }),
    fake,
    ledger,
    ledgerUrl,
    startWorker,
    env,
    superviseWorker,
    close: () => {
      closed = true;
      return closing.close();
    },
  };
}
