import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { createVaultJobsClient } from '../../src/client';
import type { VaultJobsClient } from '../../src/client';
import { startFakeVault, writeKeyFile } from '../../src/fake-vault';
import type { FakeVault } from '../../src/fake-vault';
import { openLedger } from '../../src/ledger/open-ledger';
import { Closing } from '../../src/stack/closing';
import { embeddedWorkerEnvironment } from '../../src/stack/worker-environment';
import { WorkerProcess } from '../../src/stack/worker-process';
import { startTemporalOnPostgres, whyNoTemporalOnPostgres } from '../support/temporal-on-postgres';
import { until } from '../support/until';

const unavailable = whyNoTemporalOnPostgres();
if (unavailable !== undefined) console.warn(`Skipped: no Temporal on PostgreSQL, because ${unavailable}`);

const BUILT_CLI = join(__dirname, '../../dist/src/cli/main.js');
const closing = new Closing();
let jobs: VaultJobsClient;
let fake: FakeVault;
let matterId: string;
let startWorker: () => Promise<WorkerProcess>;
let worker: WorkerProcess;

beforeAll(async () => {
  if (unavailable !== undefined) return;
  const server = await startTemporalOnPostgres();
  await closing.add(() => server.stop());
  const folder = await mkdtemp(join(tmpdir(), 'vault-jobs-deploy-'));
  await closing.add(() => rm(folder, { recursive: true, force: true }));
  fake = await startFakeVault({ limits: 'off', cancel: { kind: 'honoured', afterMs: 0 } });
  await closing.add(() => fake.close());
  ({ matterId } = fake.seedMatter());
  const keyFile = join(folder, 'key.json');
  await writeKeyFile(keyFile, fake.serviceAccountKey);
  const { rootUrl, subject } = fake;
  const env = await embeddedWorkerEnvironment(
    folder,
    { address: server.address, namespace: 'default' },
    { vault: { rootUrl, keyFile, subject }, ledgerUrl: server.ledgerUrl },
  );
  startWorker = () => WorkerProcess.start(env, undefined, BUILT_CLI);
  worker = await startWorker();
  await closing.add(() => worker.stop());
  const ledger = await openLedger(server.ledgerUrl, { namespace: 'default' });
  await closing.add(() => ledger.close());
  const connection = await Connection.connect({ address: server.address });
  await closing.add(() => connection.close());
  jobs = createVaultJobsClient({ temporal: new Client({ connection }), ledger });
}, 1_500_000);
afterAll(() => closing.close());

const query = { corpus: 'MAIL', dataScope: 'ALL_DATA', method: 'ENTIRE_ORG' } as const;

(unavailable === undefined ? describe : describe.skip)('on the compose file’s servers', () => {
  it('a count that is cancelled is CANCELLED, and its history is in PostgreSQL', async () => {
    fake.script({ match: { matterId }, behaviour: { operation: { end: 'never' } } });
    const { jobId } = await jobs.startCount({ matterId, query });
    await until('the count to run', async () => (await jobs.status(jobId)).record.state === 'RUNNING');
    await jobs.requestCancel(jobId, { reason: 'too broad' });
    expect(await jobs.result(jobId)).toMatchObject({
      outcome: 'CANCELLED',
      cancel: { disposition: 'ACCEPTED', requestsTotal: 1 },
    });
    expect((await jobs.history(jobId)).at(-1)).toMatchObject({ type: 'OUTCOME' });
  });

  it('jobs are listed by their attributes, one with a name longer than a column too', async () => {
    const operationName = `operations/${'x'.repeat(300)}`;
    const long = await jobs.watchOperation({ operationName });
    await expect(jobs.result(long.jobId)).rejects.toThrow(/operation/);
    const { jobId } = await jobs.startExport({ matterId, source: { type: 'create', name: 'listed', query } });
    await until('both to be listed', async () => {
      const listed = (await jobs.list({ limit: 1000 })).map((job) => job.jobId);
      return listed.includes(jobId) && listed.includes(long.jobId);
    });
    const listed = await until('it to be listed as running', async () =>
      (await jobs.list({ kind: 'export', state: 'RUNNING', matterId })).find((job) => job.jobId === jobId),
    );
    expect(listed).toMatchObject({ matterId, state: 'RUNNING' });
  });

  it('a worker that is killed is replaced, and its job goes on where it was', async () => {
    fake.script({ match: { nameRegex: '^outlives-vj' }, behaviour: { end: 'never' } });
    const { jobId } = await jobs.startExport({
      matterId,
      source: { type: 'create', name: 'outlives', query },
    });
    const exportId = await until('it to run', async () => (await jobs.status(jobId)).record.remote.exportId);
    await worker.kill();
    fake.scriptExport(exportId, { end: 'complete', afterMs: 0 });
    worker = await startWorker();
    expect(await jobs.result(jobId)).toMatchObject({ outcome: 'COMPLETED' });
    const made = fake.state().exports.filter(({ name }) => name.startsWith('outlives-vj'));
    expect(made).toHaveLength(1);
  });
});
