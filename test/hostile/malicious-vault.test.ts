import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { createVaultJobsClient } from '../../src/client';
import type { VaultJobsClient } from '../../src/client';
import { startFakeVault } from '../../src/fake-vault';
import type { FakeVault } from '../../src/fake-vault';
import { openLedger } from '../../src/ledger/open-ledger';
import type { Ledger } from '../../src/ledger/ledger';
import { WorkerProcess } from '../../src/stack/worker-process';
import { bareEnvironment, MAIN } from '../cli/cli-process';
import { QUICK } from '../support/stage';
import { until } from '../support/until';
import { QUOTED, READ_MISDEEDS, startHostileVault } from './hostile-vault';
import type { HostileVault } from './hostile-vault';

/** The worker alone takes some 300 MB; what a hundred hostile answers of 32 MB would take is far above. */
const MAX_MEMORY_KB = 1024 * 1024;
const JOBS_EACH = 8;
/** As they are, and as JSON writes them. */
const CONTROLS = ['\u001b', '\u202e', '\u0007', '\\u001b', '\\u202e', '\\u0007'];

const folder = mkdtempSync(join(tmpdir(), 'malicious-vault-'));
const taskQueue = `malicious-${randomUUID()}`;
const log: string[] = [];
const fakes: FakeVault[] = [];
let hostile: HostileVault;
let temporal: Client;
let connection: Connection;
let ledger: Ledger;
let jobs: VaultJobsClient;
let worker: WorkerProcess;

beforeAll(async () => {
  for (const name of ['acme', 'globex', 'mallory']) {
    const fake = await startFakeVault({
      limits: 'off',
      durations: { exportMs: 4000 },
      subject: `vault-admin@${name}.example`,
    });
    fakes.push(fake);
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(fake.serviceAccountKey));
  }
  const [acme, globex, mallory] = fakes;
  hostile = await startHostileVault(mallory!);
  const tenant = (name: string, { subject }: FakeVault, url: string) => ({
    name,
    subject,
    credential: { type: 'key-file', path: `${name}.json` },
    rootUrl: url,
    storageUrl: url,
    tokenUrl: `${url}/token`,
  });
  const config = {
    temporal: { address: process.env.TEST_TEMPORAL_ADDRESS },
    taskQueue,
    ledger: 'ledger.db',
    quotas: { runningExports: 1000, reservedExports: 0, createsPerMinute: 1000 },
    tenants: [
      tenant('acme', acme!, acme!.rootUrl),
      tenant('globex', globex!, globex!.rootUrl),
      tenant('mallory', mallory!, hostile.url),
    ],
  };
  writeFileSync(join(folder, 'config.yaml'), JSON.stringify(config));
  connection = await Connection.connect({ address: process.env.TEST_TEMPORAL_ADDRESS ?? '' });
  temporal = new Client({ connection });
  const env = {
    ...bareEnvironment(),
    TEMPORAL_ADDRESS: '',
    VAULT_JOBS_CONFIG: join(folder, 'config.yaml'),
  };
  worker = await WorkerProcess.start(env, (line) => log.push(line), MAIN);
  ledger = await openLedger(join(folder, 'ledger.db'), { namespace: 'default' });
  jobs = createVaultJobsClient({ temporal, taskQueue, ledger });
});

afterAll(async () => {
  await worker?.stop();
  await ledger?.close();
  await connection?.close();
  await hostile?.close();
  await Promise.all(fakes.map((fake) => fake.close()));
  rmSync(folder, { recursive: true, force: true });
});

async function startJobs(tenant: string, fake: FakeVault): Promise<string[]> {
  const { matterId } = fake.seedMatter({ name: 'Acme' });
  const query = { corpus: 'MAIL', dataScope: 'ALL_DATA', method: 'ENTIRE_ORG' } as const;
  const started = Array.from({ length: JOBS_EACH }, (_, index) =>
    jobs.startExport({
      tenant,
      matterId,
      source: { type: 'create', name: `${tenant} ${index}`, query },
      timing: QUICK,
    }),
  );
  return (await Promise.all(started)).map(({ jobId }) => jobId);
}

/** All that Temporal keeps and shows of a job: what it waits for with its heartbeats, and its history. */
async function keptByTemporal(jobId: string): Promise<string> {
  const handle = temporal.workflow.getHandle(jobId);
  const readable = (_key: string, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value;
  const kept = [
    (await handle.describe()).raw,
    await handle.fetchHistory(),
    await jobs.status(jobId).catch(String),
  ];
  return JSON.stringify(kept, readable);
}

function memoryPeakKb(): number {
  const status = readFileSync(`/proc/${worker.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]);
}

it('a malicious Vault harms neither the worker nor the jobs of honest tenants, and its words reach no place', async () => {
  const [acme, globex, mallory] = fakes;
  const attacked = await startJobs('mallory', mallory!);
  await until('the attack to be under way', () => (hostile.done.get('a body without end') ?? 0) > 0, 120_000);
  const honest = [...(await startJobs('acme', acme!)), ...(await startJobs('globex', globex!))];
  const outcomes = await Promise.all(honest.map(async (jobId) => (await jobs.result(jobId)).outcome));
  expect(outcomes).toEqual(honest.map(() => 'COMPLETED'));

  const names = Object.keys(READ_MISDEEDS);
  await until(
    'every misdeed to have been done',
    () => names.every((name) => (hostile.done.get(name) ?? 0) >= 2),
    120_000,
  );
  expect(memoryPeakKb()).toBeLessThan(MAX_MEMORY_KB);

  const shown = (await Promise.all(attacked.map(keptByTemporal))).join('\n');
  const files = readdirSync(folder).filter((name) => name.startsWith('ledger.db'));
  const written = files.map((name) => readFileSync(join(folder, name), 'latin1')).join('');
  const quoting = Object.entries({ shown, written, log: log.join('\n') }).filter(([, text]) =>
    text.includes(QUOTED),
  );
  expect(quoting.map(([place]) => place)).toEqual([]);
  const events = (await Promise.all(attacked.map((jobId) => ledger.events(jobId)))).flat();
  const texts = [shown, JSON.stringify(events), JSON.stringify(log)];
  for (const text of texts) expect(CONTROLS.filter((control) => text.includes(control))).toEqual([]);
  expect(events.length).toBeGreaterThan(0);
}, 300_000);
