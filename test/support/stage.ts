import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { createVaultJobsClient } from '../../src/client';
import type { VaultJobsClient } from '../../src/client';
import type { DeploymentSettings } from '../../src/config/deployment';
import type { WalkRates } from '../../src/domain/walk-rates';
import type { QueueRates } from '../../src/config/read-rates';
import type { CountJobInput, ExportJobInput } from '../../src/domain/job-request';
import type { ExportQuotas } from '../../src/domain/admission-quotas';
import { startFakeVault } from '../../src/fake-vault';
import type { RuntimeOptions } from '@temporalio/worker';
import type { FakeVault, FakeVaultOptions } from '../../src/fake-vault';
import { NO_QUOTAS } from './no-quotas';
import { recordHistories } from './record-histories';
import { openLedger } from '../../src/ledger/open-ledger';
import type { Ledger } from '../../src/ledger/ledger';
import { createCredential, createVaultClient } from '../../src/vault';
import type { VaultClient } from '../../src/vault';
import { clientDataConverter } from '../../src/encryption/data-converter';
import { encryptionKey, KeyRing, newKeyText } from '../../src/encryption/key-ring';
import { buildWorkflowBundle } from '../../src/worker/workflow-bundle';
import { startVaultWorker } from '../../src/worker/vault-worker';
import type { VaultWorker } from '../../src/worker/vault-worker';

/** Everything a scenario needs, all of it real: Temporal, a worker, a ledger, and the fake Vault over HTTP. */
export interface Stage {
  temporal: Client;
  jobs: VaultJobsClient;
  fake: FakeVault;
  vault: VaultClient;
  ledger: Ledger;
  /** The ledger's SQLite file; a write-ahead log stands beside it. */
  ledgerFile: string;
  taskQueue: string;
  matterId: string;
  /** Starts a worker; the stage has none before the first call unless asked for. `null`: without any key. */
  startWorker(keys?: KeyRing | null, deployment?: DeploymentSettings): Promise<VaultWorker>;
  /** Another client of the same jobs. */
  clientWith(keys: KeyRing | undefined): { temporal: Client; jobs: VaultJobsClient };
  close(): Promise<void>;
}

/** Keys of the given ids, the first of which encrypts. */
export function keyRing(...ids: [string, ...string[]]): KeyRing {
  const [newest, ...older] = ids.map(keyNamed);
  return new KeyRing([newest!, ...older]);
}

/** The same, where what is not encrypted is not taken. */
export function strictKeyRing(id: string): KeyRing {
  return new KeyRing([keyNamed(id)], { require: true });
}

const keyTexts = new Map<string, string>();
function keyNamed(id: string) {
  if (!keyTexts.has(id)) keyTexts.set(id, newKeyText());
  return encryptionKey(id, keyTexts.get(id)!);
}

let runtimeInstalled = false;
/** For the whole test file; the first call decides, and a stage makes one with the defaults. */
export function installRuntime(options: RuntimeOptions = { logger: new DefaultLogger('ERROR') }): void {
  if (!runtimeInstalled) Runtime.install(options);
  runtimeInstalled = true;
}

let encryptedBundle: Promise<{ code: string }> | undefined;

/** Waits short enough for a test; each test says where it needs others. */
export const QUICK = {
  poll: { minMs: 300, maxMs: 300, ageFraction: 0 },
  confirmPoll: { minMs: 300, maxMs: 300, ageFraction: 0 },
  createSettleMs: 1500,
  cancelSettleMs: 2000,
  settleReads: 2,
  goneReads: 2,
  goneReadMs: 300,
  requestTimeoutMs: 2000,
  backoffMinMs: 200,
  backoffMaxMs: 1000,
  accessRetryMs: 1000,
} as const;

export async function setStage(
  options: {
    fake?: FakeVaultOptions;
    worker?: boolean;
    rates?: QueueRates;
    walkRates?: WalkRates;
    quotas?: ExportQuotas;
    keys?: KeyRing;
  } = {},
): Promise<Stage> {
  installRuntime();
  const address = process.env.TEST_TEMPORAL_ADDRESS;
  const codePath = process.env.TEST_WORKFLOW_BUNDLE;
  if (address === undefined || codePath === undefined) throw new Error('global-setup.ts did not run');
  const folder = await mkdtemp(join(tmpdir(), 'vault-jobs-stage-'));
  const fake = await startFakeVault({ limits: 'off', ...options.fake });
  const credential = await createCredential({
    source: { type: 'service-account-key', key: fake.serviceAccountKey },
    subject: fake.subject,
  });
  const vault = createVaultClient({ rootUrl: fake.rootUrl, storageUrl: fake.rootUrl }, credential);
  const connection = await NativeConnection.connect({ address });
  const ledgerFile = join(folder, 'ledger.db');
  const ledger = await openLedger(ledgerFile, { namespace: 'default' });
  const taskQueue = `test-${randomUUID()}`;
  const clientWith = (keys: KeyRing | undefined) => {
    const client = new Client({ connection, dataConverter: clientDataConverter(keys) });
    return { temporal: client, jobs: createVaultJobsClient({ temporal: client, taskQueue, ledger }) };
  };
  const { temporal, jobs } = clientWith(options.keys);
  const workers: VaultWorker[] = [];
  const startWorker = async (
    given: KeyRing | null = options.keys ?? null,
    deployment?: DeploymentSettings,
  ) => {
    const keys = given ?? undefined;
    const worker = await startVaultWorker({
      connection,
      namespace: 'default',
      taskQueue,
      ledger,
      vaultFor: () => vault,
      quotasFor: () => options.quotas ?? NO_QUOTAS,
      keys,
      bundle: keys ? await (encryptedBundle ??= buildWorkflowBundle({ encrypted: true })) : { codePath },
      shutdownGraceTime: '1 second',
      deployment,
      ...(options.rates && { rates: options.rates }),
      ...(options.walkRates && { walkRates: options.walkRates }),
    });
    workers.push(worker);
    return worker;
  };
  if (options.worker !== false) await startWorker();
  const matter = await vault.createMatter({ name: 'Acme' });
  return {
    temporal,
    jobs,
    clientWith,
    fake,
    vault,
    ledger,
    ledgerFile,
    taskQueue,
    matterId: matter.matterId,
    startWorker,
    close: async () => {
      await recordHistories(temporal, taskQueue);
      await Promise.all(workers.map((worker) => worker.stop()));
      await connection.close();
      await ledger.close();
      await fake.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Messages of one account, to be counted. */
export const MAIL_QUERY = {
  corpus: 'MAIL',
  dataScope: 'ALL_DATA',
  method: 'ACCOUNT',
  accountInfo: { emails: ['a@example.com'] },
  terms: 'x',
} as const satisfies CountJobInput['query'];

/** A mail export of the given name, with waits for tests. */
export function mailExport(stage: Stage, name: string, change: Partial<ExportJobInput> = {}): ExportJobInput {
  return {
    matterId: stage.matterId,
    source: {
      type: 'create',
      name,
      query: {
        corpus: 'MAIL',
        dataScope: 'ALL_DATA',
        method: 'ACCOUNT',
        accountInfo: { emails: ['a@example.com'] },
        terms: 'confidential terms',
      },
    },
    timing: QUICK,
    ...change,
  };
}
