import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { createVaultJobsClient } from '../../src/client';
import { startFakeVault } from '../../src/fake-vault';
import type { FakeVault } from '../../src/fake-vault';
import { openLedger } from '../../src/ledger/open-ledger';
import { WorkerProcess } from '../../src/stack/worker-process';
import { until } from '../support/until';
import { MAIN, bareEnvironment, runCli } from './cli-process';

const folder = mkdtempSync(join(tmpdir(), 'vault-jobs-tenants-'));
const taskQueue = `tenants-${randomUUID()}`;
const configFile = join(folder, 'config.yaml');
const SHARED = join(folder, 'shared.db');
const OWN = join(folder, 'globex.db');
const workerLog: string[] = [];
let acme: FakeVault;
let globex: FakeVault;
let connection: Connection;
let temporal: Client;
let worker: WorkerProcess;

beforeAll(async () => {
  const quick = { limits: 'off', durations: { exportMs: 100 } } as const;
  acme = await startFakeVault({ ...quick, subject: 'vault-admin@acme.example' });
  globex = await startFakeVault({ ...quick, subject: 'vault-admin@globex.example' });
  writeJson('acme.json', acme.serviceAccountKey);
  const tenant = ({ subject, rootUrl }: FakeVault) => ({ subject, rootUrl, storageUrl: rootUrl });
  writeJson('config.yaml', {
    temporal: { address: process.env.TEST_TEMPORAL_ADDRESS },
    taskQueue,
    ledger: 'shared.db',
    tenants: [
      { name: 'acme', ...tenant(acme), credential: { type: 'key-file', path: 'acme.json' } },
      {
        name: 'globex',
        ...tenant(globex),
        credential: { type: 'keyless', serviceAccount: globex.serviceAccountKey.client_email },
        tokenUrl: globex.tokenUrl,
        iamUrl: globex.rootUrl,
        ledger: 'globex.db',
      },
    ],
  });
  connection = await Connection.connect({ address: process.env.TEST_TEMPORAL_ADDRESS ?? '' });
  temporal = new Client({ connection });
  const env = {
    ...bareEnvironment(),
    ...FILE_ONLY,
    GOOGLE_APPLICATION_CREDENTIALS: writeJson('user.json', globex.authorizedUser),
  };
  worker = await WorkerProcess.start(env, (line) => workerLog.push(line), MAIN);
  // The line it says when it is ready is no less a log.
  workerLog.push(worker.lastLines);
});

afterAll(async () => {
  await worker.stop();
  await connection.close();
  await acme.close();
  await globex.close();
  rmSync(folder, { recursive: true });
});

/** An empty variable says nothing, so that the file does. */
const FILE_ONLY = { TEMPORAL_ADDRESS: '', VAULT_JOBS_CONFIG: configFile };

function writeJson(name: string, content: object): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

function exportFlags(fake: FakeVault, name: string): string[] {
  const { matterId } = fake.seedMatter();
  return ['--matter', matterId, '--name', name, '--corpus', 'mail', '--accounts', 'ann@example.com'];
}

async function runExport(fake: FakeVault, tenant: string): Promise<string> {
  const args = ['export', 'start', ...exportFlags(fake, `of ${tenant}`), '--tenant', tenant];
  const { exitCode, stdout, stderr } = await runCli([...args, '--wait', '--json'], FILE_ONLY);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) });
  const record: { jobId: string } = JSON.parse(stdout);
  expect(record).toMatchObject({ tenant, outcome: 'COMPLETED' });
  return record.jobId;
}

it('each tenant’s jobs run in its own Vault as its own user, and leave their evidence in its own ledger', async () => {
  const [ofAcme, ofGlobex] = await Promise.all([runExport(acme, 'acme'), runExport(globex, 'globex')]);
  for (const [fake, name] of [
    [acme, 'of acme'],
    [globex, 'of globex'],
  ] as const)
    expect(fake.log({ method: 'vault.matters.exports.create' })).toEqual([
      expect.objectContaining({
        subject: fake.subject,
        exportName: expect.stringContaining(name),
        status: 200,
      }),
    ]);
  for (const [file, jobId] of [
    [SHARED, ofAcme],
    [OWN, ofGlobex],
  ] as const) {
    const ledger = await openLedger(file, { namespace: 'default' });
    expect((await ledger.jobs({})).map((job) => job.jobId)).toEqual([jobId]);
    await ledger.close();
  }
  const history = await runCli(['history', ofGlobex, '--json'], FILE_ONLY);
  expect(JSON.parse(history.stdout)).toContainEqual(expect.objectContaining({ type: 'STARTED' }));
  const list = await until('the lists to know the job', async () => {
    const { stdout } = await runCli(['list', '--tenant', 'globex', '--json'], FILE_ONLY);
    const jobs: { jobId: string; tenant: string }[] = JSON.parse(stdout);
    return jobs.some(({ jobId }) => jobId === ofGlobex) && jobs;
  });
  expect(new Set(list.map(({ tenant }) => tenant))).toEqual(new Set(['globex']));
  await nothingSecretIn([ofAcme, ofGlobex]);
});

it.each([
  [['--tenant', 'initech'], /--tenant: must be one of acme, globex/],
  [[], /--tenant: is missing; one of acme, globex/],
])('the command refuses a tenant that the configuration does not list: %j', async (flags, sentence) => {
  const { exitCode, stderr } = await runCli(
    ['export', 'start', ...exportFlags(acme, 'n'), ...flags],
    FILE_ONLY,
  );
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(sentence);
});

it('the client refuses one where it is told which there are', async () => {
  const jobs = createVaultJobsClient({ temporal, taskQueue, tenants: ['acme', 'globex'] });
  await expect(jobs.watchOperation({ operationName: 'operations/x', tenant: 'initech' })).rejects.toThrow(
    /tenant: must be one of acme, globex/,
  );
});

it('a job of a tenant that no worker serves waits, says so, and runs as nobody else', async () => {
  const jobs = createVaultJobsClient({ temporal, taskQueue });
  const { matterId } = acme.seedMatter();
  const { jobId } = await jobs.startExport({
    tenant: 'initech',
    matterId,
    source: {
      type: 'create',
      name: 'of nobody',
      query: { corpus: 'MAIL', dataScope: 'ALL_DATA', method: 'ENTIRE_ORG' },
    },
  });
  const blocked = await until('the job to be blocked', async () => {
    const { record } = await jobs.status(jobId);
    return record.blocked;
  });
  expect(blocked).toMatchObject({
    on: 'credential',
    detail: expect.stringContaining('this worker serves no tenant "initech"'),
  });
  const { record } = await jobs.status(jobId);
  expect(record.advice).toMatch(/credential/);
  for (const fake of [acme, globex])
    expect(fake.log({ matterId }).filter(({ effect }) => effect)).toEqual([]);
  await nothingSecretIn([jobId]);
  await temporal.workflow.getHandle(jobId).terminate('the test is over');
});

/** Searches whatever a run leaves behind for whatever makes a credential. */
async function nothingSecretIn(jobIds: string[]): Promise<void> {
  const histories = await Promise.all(
    jobIds.map(async (jobId) =>
      decoded(historyToJSON(await temporal.workflow.getHandle(jobId).fetchHistory())),
    ),
  );
  const ledgers = [SHARED, OWN]
    .flatMap((file) => [file, `${file}-wal`])
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'latin1'));
  const left = [...histories, ...ledgers, ...workerLog];
  // What is searched is the real thing: the job's own words are in it.
  expect(left.join()).toContain(jobIds[0]);
  for (const [index, secret] of secrets().entries())
    for (const text of left) expect({ index, found: text.includes(secret) }).toEqual({ index, found: false });
}

function secrets(): string[] {
  return [acme, globex].flatMap(({ serviceAccountKey, authorizedUser, subject }) => [
    ...serviceAccountKey.private_key.split('\n').filter((line) => line.length > 20),
    serviceAccountKey.private_key_id,
    serviceAccountKey.client_email,
    authorizedUser.client_secret,
    authorizedUser.refresh_token,
    subject,
    'ya29.',
    'acme.json',
  ]);
}

/** Payloads are base64 within the history. */
function decoded(history: string): string {
  const payloads = [...history.matchAll(/"([A-Za-z0-9+/]{16,}={0,2})"/g)].map(([, data]) =>
    Buffer.from(data ?? '', 'base64').toString('latin1'),
  );
  return [history, ...payloads].join('\n');
}
