import { randomUUID } from 'node:crypto';
import { access, constants, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { createVaultJobsClient } from '../../src/client';
import type { VaultJobsClient } from '../../src/client';
import { WITHOUT_LIMITS } from '../../src/config/quotas';
import { NO_READ_RATES } from '../../src/config/read-rates';
import type { ExportQuotas } from '../../src/domain/admission-quotas';
import { SEARCH_ATTRIBUTES } from '../../src/domain/search-attributes';
import { startTemporalServer } from '../../src/embedded/temporal-server';
import { startFakeVault, writeKeyFile } from '../../src/fake-vault';
import type { FakeVault, FakeVaultOptions } from '../../src/fake-vault';
import { Closing } from '../../src/stack/closing';
import { embeddedWorkerEnvironment } from '../../src/stack/worker-environment';
import { WorkerProcess } from '../../src/stack/worker-process';
import { createCredential, createVaultClient } from '../../src/vault';
import type { VaultClient } from '../../src/vault';
import { imageEnvironment } from '../../test/support/dockerfile';
import { preciseNow } from '../statistics';
import { Child } from './child';

/** The package as it is built: what a worker costs that compiles its own sources is nobody's. */
export const CLI = join(__dirname, '..', '..', 'dist', 'src', 'cli', 'main.js');

/** The dev server of these figures is not to be its own bottleneck: it allows what a cluster of some machines does. */
const ROOM = {
  'frontend.rps': 20_000,
  'frontend.namespaceRPS': 20_000,
  'frontend.namespaceCount': 10_000,
  'frontend.namespaceRPS.visibility': 500,
  'matching.rps': 20_000,
  'history.rps': 20_000,
  'matching.persistenceMaxQPS': 20_000,
};

/** Linux's file system in memory. */
const MEMORY = '/dev/shm';

/** A Temporal server, a fake Vault in this process, and workers in processes of their own. */
export interface BenchStage {
  temporal: Client;
  jobs: VaultJobsClient;
  fake: FakeVault;
  vault: VaultClient;
  matterId: string;
  own: WorkerProcess;
  ownQueue: string;
  bareQueue: string;
  /** For a `vault-jobs worker` on this stage. */
  workerEnvironment: NodeJS.ProcessEnv;
  close(): Promise<void>;
}

export interface BenchStageOptions {
  /** A Temporal server that runs already, instead of a dev server. */
  address?: string;
  /** Default: an SQLite file. */
  ledgerUrl?: string;
  fake?: FakeVaultOptions;
  /** What the worker takes for Vault's limits. Default: none. */
  quotas?: Partial<ExportQuotas>;
}

export async function setBenchStage(options: BenchStageOptions = {}): Promise<BenchStage> {
  const closing = new Closing();
  try {
    return await start(closing, options);
  } catch (error) {
    await closing.close();
    throw error;
  }
}

async function start(closing: Closing, options: BenchStageOptions): Promise<BenchStage> {
  const folder = await mkdtemp(join(await memoryFolder(), 'vault-jobs-bench-'));
  await closing.add(() => rm(folder, { recursive: true, force: true }));
  const address = options.address ?? (await startDevServer(closing));
  const fake = await startFakeVault({
    clock: preciseNow,
    limits: 'off',
    linkMode: 'linked',
    cancel: { kind: 'honoured', afterMs: 0 },
    // Nothing ends by itself while it is measured.
    durations: { exportMs: 86_400_000, countMs: 86_400_000 },
    ...options.fake,
  });
  await closing.add(() => fake.close());
  const { rootUrl, subject } = fake;
  const keyFile = join(folder, 'key.json');
  await writeKeyFile(keyFile, fake.serviceAccountKey);
  const credential = await createCredential({ source: { type: 'key-file', path: keyFile }, subject });
  const connection = await Connection.connect({ address });
  await closing.add(() => connection.close());
  const temporal = new Client({ connection });
  const ownQueue = `bench-${randomUUID()}`;
  const bareQueue = `bare-${randomUUID()}`;
  const ledgerUrl = options.ledgerUrl ?? join(folder, 'ledger.db');
  const config = join(folder, 'vault-jobs.yaml');
  await writeFile(config, JSON.stringify({ quotas: options.quotas ?? WITHOUT_LIMITS }));
  const workerEnvironment = {
    ...(await embeddedWorkerEnvironment(
      folder,
      { address, namespace: 'default' },
      { vault: { rootUrl, keyFile, subject }, ledgerUrl },
    )),
    ...NO_READ_RATES,
    ...(await imageMemory()),
    VAULT_JOBS_CONFIG: config,
    VAULT_JOBS_TASK_QUEUE: ownQueue,
  };
  const own = await WorkerProcess.start(workerEnvironment, undefined, CLI);
  await closing.add(() => own.kill());
  const bare = await Child.start('bare-worker.ts', {
    address,
    taskQueue: bareQueue,
    rootUrl,
    keyFile,
    subject,
  });
  await closing.add(() => bare.stop());
  return {
    temporal,
    jobs: createVaultJobsClient({ temporal, taskQueue: ownQueue }),
    fake,
    vault: createVaultClient({ rootUrl, storageUrl: rootUrl }, credential),
    matterId: fake.seedMatter().matterId,
    own,
    ownQueue,
    bareQueue,
    workerEnvironment,
    close: () => closing.close(),
  };
}

/** The dev server keeps all in memory; the ledger's file beside it is not to make the disk the thing that is measured. */
async function memoryFolder(): Promise<string> {
  try {
    await access(MEMORY, constants.W_OK);
    return MEMORY;
  } catch {
    return tmpdir();
  }
}

/** How the image has the C library keep memory. */
async function imageMemory(): Promise<Record<string, string>> {
  const image = await imageEnvironment();
  return Object.fromEntries(Object.entries(image).filter(([name]) => name.startsWith('MALLOC_')));
}

async function startDevServer(closing: Closing): Promise<string> {
  const server = await startTemporalServer({
    searchAttributes: SEARCH_ATTRIBUTES,
    dynamicConfig: ROOM,
  });
  await closing.add(() => server.stop());
  return server.address;
}
