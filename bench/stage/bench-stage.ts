import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { createVaultJobsClient } from '../../src/client';
import type { VaultJobsClient } from '../../src/client';
import { WITHOUT_LIMITS } from '../../src/config/quotas';
import { exportQuotasSchema } from '../../src/domain/admission-quotas';
import type { ExportQuotas } from '../../src/domain/admission-quotas';
import { SEARCH_ATTRIBUTES } from '../../src/domain/search-attributes';
import { startTemporalServer } from '../../src/embedded/temporal-server';
import { startFakeVault, writeKeyFile } from '../../src/fake-vault';
import type { FakeVault, FakeVaultOptions } from '../../src/fake-vault';
import { Closing } from '../../src/stack/closing';
import { embeddedWorkerEnvironment } from '../../src/stack/worker-environment';
import { createCredential, createVaultClient } from '../../src/vault';
import type { VaultClient } from '../../src/vault';
import { preciseNow } from '../statistics';
import { Child } from './child';
import type { Places } from './places';

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

/** A Temporal server, a fake Vault in this process, and workers in processes of their own. */
export interface BenchStage {
  temporal: Client;
  jobs: VaultJobsClient;
  fake: FakeVault;
  vault: VaultClient;
  matterId: string;
  own: Child;
  ownQueue: string;
  bareQueue: string;
  /** For a `vault-jobs worker` on this stage. */
  workerEnvironment: NodeJS.ProcessEnv;
  /** A fresh worker of ours instead of the present one: what was in its memory is gone. */
  restartOwn(): Promise<void>;
  close(): Promise<void>;
}

export interface BenchStageOptions {
  /** A Temporal server that runs already, instead of a dev server. */
  address?: string;
  /** Default: an SQLite file. */
  ledgerUrl?: string;
  fake?: FakeVaultOptions;
  /** What the worker takes for Vault's limits. Default: none. */
  quotas?: ExportQuotas;
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
  const folder = await mkdtemp(join(tmpdir(), 'vault-jobs-bench-'));
  await closing.add(() => rm(folder, { recursive: true, force: true }));
  const address = options.address ?? (await startDevServer(closing, folder));
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
  const quotas = options.quotas ?? exportQuotasSchema.parse(WITHOUT_LIMITS);
  const places = { address, ledgerUrl, rootUrl, keyFile, subject, quotas };
  const startOwn = (): Promise<Child> =>
    Child.start('own-worker.ts', { ...places, taskQueue: ownQueue } satisfies Places);
  let own = await startOwn();
  await closing.add(() => own.stop());
  const bare = await Child.start('bare-worker.ts', { ...places, taskQueue: bareQueue } satisfies Places);
  await closing.add(() => bare.stop());
  return {
    temporal,
    jobs: createVaultJobsClient({ temporal, taskQueue: ownQueue }),
    fake,
    vault: createVaultClient({ rootUrl, storageUrl: rootUrl }, credential),
    matterId: fake.seedMatter().matterId,
    get own() {
      return own;
    },
    ownQueue,
    bareQueue,
    workerEnvironment: await embeddedWorkerEnvironment(
      folder,
      { address, namespace: 'default' },
      { vault: { rootUrl, keyFile, subject }, ledgerUrl },
    ),
    restartOwn: async () => {
      await own.stop();
      own = await startOwn();
    },
    close: () => closing.close(),
  };
}

async function startDevServer(closing: Closing, folder: string): Promise<string> {
  const server = await startTemporalServer({
    dbFilename: join(folder, 'temporal.db'),
    searchAttributes: SEARCH_ATTRIBUTES,
    dynamicConfig: ROOM,
  });
  await closing.add(() => server.stop());
  return server.address;
}
