import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { findFreePort } from '../../src/embedded/free-port';
import type { ServerProcess } from '../../src/embedded/server-process';
import { findTemporal } from '../../src/embedded/temporal-binary';
import { newKeyText } from '../../src/encryption/key-ring';
import { startFakeVault, writeKeyFile } from '../../src/fake-vault';
import type { FakeVault } from '../../src/fake-vault';
import { Closing } from '../../src/stack/closing';
import { missing, startPrometheus } from '../deploy/prometheus';
import type { ComposeHere } from '../support/compose-here';
import { goModuleSource, goProgram } from '../support/go-programs';
import { startTemporalOnPostgres, whyNoTemporalOnPostgres } from '../support/temporal-on-postgres';
import type { TemporalOnPostgres } from '../support/temporal-on-postgres';
import { until } from '../support/until';

const unavailable = whyNoTemporalOnPostgres();
if (unavailable !== undefined) console.warn(`Skipped: nothing to operate, because ${unavailable}`);
const noPrometheus = missing('prometheus');
if (noPrometheus !== undefined) console.warn(`Skipped: no scrape, because ${noPrometheus}`);

const UI_MODULE = 'github.com/temporalio/ui-server/v2';
const TERMS = 'subject:project-nightingale';
const diagnosisSchema = z.object({
  ok: z.boolean(),
  checks: z.array(z.object({ name: z.string(), status: z.string(), advice: z.string().optional() })),
});
type Check = z.output<typeof diagnosisSchema>['checks'][number];

const closing = new Closing();
let folder: string;
let server: TemporalOnPostgres;
let compose: ComposeHere;
let fake: FakeVault;
let standIn: Record<string, string>;
let codecUrl: string;
let codecServer: ServerProcess;
let metrics: string;
let worker: ServerProcess;

beforeAll(async () => {
  if (unavailable !== undefined) return;
  folder = await mkdtemp(join(tmpdir(), 'vault-jobs-operating-'));
  await closing.add(() => rm(folder, { recursive: true, force: true }));
  fake = await startFakeVault({ limits: 'off' });
  await closing.add(() => fake.close());
  server = await startTemporalOnPostgres({ VAULT_SUBJECT: fake.subject });
  await closing.add(() => server.stop());
  ({ compose } = server);
  await writeKeyFile(join(server.secrets, 'vault-key'), fake.serviceAccountKey);
  // In the place of Google.
  standIn = { VAULT_ROOT_URL: fake.rootUrl, VAULT_STORAGE_URL: fake.rootUrl };
  metrics = `127.0.0.1:${await findFreePort()}`;
  codecUrl = `http://127.0.0.1:${await findFreePort()}`;
  compose.replace('0.0.0.0:9464', metrics);
  compose.replace('http://codec-server:8234', codecUrl);
  codecServer = await startCodecServer();
  await closing.add(() => codecServer.stop());
  worker = await compose.start('worker', { env: standIn });
  await closing.add(() => worker.stop());
  await until('the worker to be ready', isReady, 120_000);
}, 1_500_000);
afterAll(() => closing.close());

async function startCodecServer(): Promise<ServerProcess> {
  const env = { VAULT_JOBS_CODEC_HOST: '127.0.0.1', VAULT_JOBS_CODEC_PORT: new URL(codecUrl).port };
  const started = await compose.start('codec-server', { env });
  const health = async () => (await answerOf(`${codecUrl}/healthz`)) === 200;
  await until('the codec server to answer', health);
  return started;
}

const isReady = async () => (await answerOf(`http://${metrics}/readyz`)) === 200;

/** A history as the command line prints it, with what it holds as base64 made readable. */
function readable(history: string): string {
  return history.replaceAll(/"([A-Za-z0-9+/]{4,}={0,2})"/g, (_, text: string) =>
    Buffer.from(text, 'base64').toString('latin1'),
  );
}

async function answerOf(url: string): Promise<number | undefined> {
  return fetch(url).then(
    ({ status }) => status,
    () => undefined,
  );
}

/** `docker compose run --rm worker …` */
function command(words: readonly string[], env: Record<string, string> = {}): Promise<string> {
  return compose.run('worker', { command: words, env: { ...standIn, ...env } });
}

/** Which lines of doctor are red, with what is set otherwise than for the worker. */
async function redLines(env: Record<string, string> = {}): Promise<Check[]> {
  const printed = await command(['doctor', '--json'], env).catch(({ stdout }: { stdout: string }) => stdout);
  const { ok, checks } = diagnosisSchema.parse(JSON.parse(printed));
  const red = checks.filter(({ status }) => status === 'fail');
  expect(ok).toBe(red.length === 0);
  return red;
}

const named = (checks: readonly Check[]) => checks.map(({ name }) => name).toSorted();

(unavailable === undefined ? describe : describe.skip)('who operates it by the compose file', () => {
  it('finds everything well with doctor', async () => {
    const isGreen = async () => (await redLines()).length === 0;
    expect(await until('every line to be green', isGreen, 120_000)).toBe(true);
  });

  it('has a UI that offers no Terminate and knows the codec server', async () => {
    const version = compose.imageVersion('temporal-ui');
    const program = await goProgram(UI_MODULE, 'cmd/server', version);
    const root = await goModuleSource(UI_MODULE, version);
    compose.replace('./start-ui-server.sh', `${program} --root ${root} --config config --env docker start`);
    const port = String(await findFreePort());
    const ui = await compose.start('temporal-ui', { env: { TEMPORAL_UI_PORT: port } });
    await closing.add(() => ui.stop());
    const url = `http://127.0.0.1:${port}/api/v1/settings`;
    await until('the UI to answer', async () => (await answerOf(url)) === 200);
    expect(await (await fetch(url)).json()).toMatchObject({
      WorkflowTerminateDisabled: true,
      Codec: { Endpoint: 'http://localhost:8234', PassAccessToken: false },
      Auth: { Enabled: false },
    });
  });

  it('finds the terms of a job nowhere in its history, but through the codec server', async () => {
    const { matterId } = fake.seedMatter();
    const search = ['--matter', matterId, '--corpus', 'MAIL', '--accounts', 'a@example.com'];
    const start = ['count', 'start', ...search, '--terms', TERMS, '--id', 'counted', '--wait', '--json'];
    expect(JSON.parse(await command(start))).toMatchObject({ outcome: 'COMPLETED' });
    const temporal = await findTemporal();
    const show = async (...args: string[]) => {
      const where = ['--workflow-id', 'counted', '--address', server.address, '--output', 'json'];
      const { stdout } = await promisify(execFile)(temporal, ['workflow', 'show', ...where, ...args]);
      return readable(stdout);
    };
    const token = await readFile(join(server.secrets, 'codec-token'), 'utf8');
    const stored = await show();
    expect(stored).toContain('binary/encrypted');
    expect(stored).not.toContain(TERMS);
    expect(await show('--codec-endpoint', codecUrl, '--codec-auth', `Bearer ${token}`)).toContain(TERMS);
    await expect(show('--codec-endpoint', codecUrl, '--codec-auth', 'Bearer guessed')).rejects.toThrow(
      /40[13]|codec/i,
    );
  });

  (noPrometheus === undefined ? it : it.skip)(
    'has the worker scraped by Prometheus',
    async () => {
      const prometheus = await startPrometheus(metrics);
      try {
        await until('the ended count to show', async () => {
          const [ended] = await prometheus.query('vault_jobs_ended{kind="count",outcome="COMPLETED"}');
          return Number(ended?.value[1] ?? 0) >= 1;
        });
      } finally {
        await prometheus.close();
      }
    },
    120_000,
  );

  it('is told by doctor of a key that is not the one of the jobs', async () => {
    const file = join(folder, 'another-key');
    await writeFile(file, newKeyText());
    const red = await redLines({ VAULT_JOBS_ENCRYPTION_KEYS: `first=${file}` });
    expect(named(red)).toEqual(['codec server', 'newest jobs']);
    expect(named(await redLines({ VAULT_JOBS_ENCRYPTION_KEYS: '' }))).toEqual(['newest jobs']);
    expect(named(await redLines({ VAULT_JOBS_ENCRYPTION_KEYS: `first=${folder}/none` }))).toEqual(['keys']);
  });

  it('is told by doctor of a codec server that is gone', async () => {
    await codecServer.stop();
    expect(named(await redLines())).toEqual(['codec server']);
    codecServer = await startCodecServer();
    expect(named(await redLines())).toEqual([]);
  });

  it('is told by doctor that Google gives no token', async () => {
    const { delegatedScopes } = fake.settings();
    fake.patchSettings({ delegatedScopes: [] });
    const red = await redLines();
    fake.patchSettings({ delegatedScopes });
    expect(named(red)).toEqual(['token for Vault']);
    expect(red[0]?.advice).toMatch(/delegation/i);
  });

  it('is told by doctor and by the worker that the ledger is gone, until it is back', async () => {
    const admin = await server.admin();
    const putAway = async (from: string, to: string) => {
      await admin.query(`alter database ${from} allow_connections false`);
      await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [from]);
      await admin.query(`alter database ${from} rename to ${to}`);
      await admin.query(`alter database ${to} allow_connections true`);
    };
    try {
      await putAway('vault_jobs', 'elsewhere');
      expect(named(await redLines())).toEqual(['shared']);
      await until('the worker to be unready', async () => !(await isReady()));
      await putAway('elsewhere', 'vault_jobs');
      await until('the worker to be ready again', isReady);
      expect(named(await redLines())).toEqual([]);
    } finally {
      await admin.end();
    }
  });

  it('is told by doctor that no worker is there', async () => {
    await worker.stop();
    const red = await until(
      'the server to have forgotten the worker',
      async () => {
        const lines = await redLines();
        return lines.length > 0 && lines;
      },
      200_000,
    );
    expect(new Set(red.map(({ advice }) => advice?.includes('vault-jobs worker')))).toEqual(new Set([true]));
  });

  it('sees the demo run a job without Google and without a key', async () => {
    const port = String(await findFreePort());
    compose.replace('demo-vault:8099', `127.0.0.1:${port}`);
    compose.replace('8099', port);
    compose.replace('/var/lib/vault-jobs', folder);
    const said = new Promise<string>((resolve, reject) => {
      compose.start('demo-vault', {}, resolve).then((vault) => closing.add(() => vault.stop()), reject);
    });
    const { matterId } = z.object({ matterId: z.string() }).parse(JSON.parse(await said));
    const env = { VAULT_JOBS_METRICS: '127.0.0.1:0' };
    const demo = await compose.start('demo-worker', { env });
    await closing.add(() => demo.stop());
    const search = ['--matter', matterId, '--corpus', 'MAIL', '--accounts', 'a@example.com'];
    const start = ['count', 'start', ...search, '--wait', '--json'];
    const record = JSON.parse(await compose.run('demo-worker', { command: start, env }));
    expect(record).toMatchObject({ outcome: 'COMPLETED' });
  });
});
