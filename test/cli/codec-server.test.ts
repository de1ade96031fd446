import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { encryptionKey, KeyRing } from '../../src/encryption/key-ring';
import { findTemporal } from '../../src/embedded/temporal-binary';
import { runCli as startCli } from '../demo/cli';
import type { CliRun } from '../demo/cli';
import { mailExport, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';
import { runCli } from './cli-process';

const TOKEN = 'a-token-that-is-long-enough-to-be-one';
let folder: string;
let keyFile: string;
let tokenFile: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vault-jobs-codec-'));
  keyFile = join(folder, 'key');
  tokenFile = join(folder, 'token');
  await writeFile(tokenFile, `${TOKEN}\n`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('keys new', () => {
  it('makes a key that its owner alone can read, and never overwrites one', async () => {
    expect((await runCli(['keys', 'new', keyFile])).exitCode).toBe(0);
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    const made = await readFile(keyFile, 'utf8');
    expect(() => encryptionKey('k1', made)).not.toThrow();
    expect(await runCli(['keys', 'new', keyFile])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('no key is ever overwritten'),
    });
    expect(await readFile(keyFile, 'utf8')).toBe(made);
  });

  it('prints one that differs each time', async () => {
    const [a, b] = await Promise.all([runCli(['keys', 'new']), runCli(['keys', 'new'])]);
    expect(a.stdout).not.toBe(b.stdout);
    expect(() => encryptionKey('k1', a.stdout)).not.toThrow();
  });
});

it('does not start without keys and somebody who may ask, and says both', async () => {
  expect(await runCli(['codec-server'])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/VAULT_JOBS_ENCRYPTION_KEYS: .*VAULT_JOBS_CODEC_TOKEN_FILE/),
  });
});

it('does not start with a token that could be guessed', async () => {
  const short = join(folder, 'short');
  await writeFile(short, 'secret');
  const env = { VAULT_JOBS_ENCRYPTION_KEYS: `k1=${keyFile}`, VAULT_JOBS_CODEC_TOKEN_FILE: short };
  const { exitCode, stderr } = await runCli(['codec-server'], env);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: expect.stringContaining('32 characters or more'),
  });
  expect(stderr).not.toContain('"secret"');
});

describe('Temporal’s own command line', () => {
  let stage: Stage | undefined;
  let server: CliRun | undefined;
  let url: string;
  let jobId: string;

  beforeAll(async () => {
    const keys = new KeyRing([encryptionKey('k1', await readFile(keyFile, 'utf8'))]);
    stage = await setStage({ keys, worker: false });
    ({ jobId } = await stage.jobs.startExport(mailExport(stage, 'shown')));
    server = startCli(['codec-server', '--json'], {
      VAULT_JOBS_ENCRYPTION_KEYS: `k1=${keyFile}`,
      VAULT_JOBS_CODEC_TOKEN_FILE: tokenFile,
      VAULT_JOBS_CODEC_PORT: '0',
    });
    const ready = await until('the codec server', () => server?.stdout().includes('}') && server.stdout());
    ({ url } = JSON.parse(ready));
  });
  afterAll(async () => {
    // Whatever did not come up: a worker left running would keep the tests from ending.
    await stage?.close();
    server?.child.kill('SIGTERM');
    await server?.exited;
  });

  /** Every payload of the history, as far as it can be read. */
  async function show(...flags: string[]): Promise<string> {
    const address = process.env.TEST_TEMPORAL_ADDRESS ?? '';
    const args = ['workflow', 'show', '-w', jobId, '--address', address, '-o', 'json', ...flags];
    const { stdout } = await promisify(execFile)(await findTemporal(), args);
    const payloads = [...stdout.matchAll(/"data": "([^"]*)"/g)];
    return payloads.map(([, data]) => Buffer.from(data!, 'base64').toString()).join('\n');
  }

  it('shows nothing of a job by itself', async () => {
    expect(await show()).not.toMatch(/confidential|terms|matterId|shown/);
  });

  it('shows all of it through the codec server, with the token', async () => {
    const shown = await show('--codec-endpoint', url, '--codec-auth', `Bearer ${TOKEN}`);
    expect(shown).toMatch(/"terms":"confidential terms"/);
    expect(shown).toContain('export: `shown`');
    expect(server?.stderr()).toMatch(/INFO decode status=200 payloads=1 who="token"/);
    expect(server?.stderr()).not.toContain('confidential');
  });

  it('is refused with another token, and the log says so', async () => {
    await expect(show('--codec-endpoint', url, '--codec-auth', 'Bearer other')).rejects.toThrow(
      'context deadline exceeded',
    );
    expect(server?.stderr()).toMatch(/WARN decode status=401 payloads=0 why="not the token"/);
    expect(server?.stderr()).not.toContain(TOKEN);
  });

  it('stops at a signal, as asked', async () => {
    server?.child.kill('SIGTERM');
    expect(await server?.exited).toBe(0);
  });
});
