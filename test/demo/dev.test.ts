import { existsSync, statSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CliRun } from './cli';
import { runCli } from './cli';

/** The first run on a machine may have to fetch Temporal's server. */
const LIMIT_MS = 300_000;
const EXAMPLE = join(__dirname, '..', '..', 'examples', 'export-mail.json');

let data: string;
let dev: CliRun | undefined;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'vault-jobs-dev-'));
});

afterEach(async () => {
  dev?.child.kill('SIGINT');
  await dev?.exited;
  await rm(data, { recursive: true, force: true });
});

function cli(args: readonly string[], env: NodeJS.ProcessEnv = {}): CliRun {
  return runCli(args, { XDG_DATA_HOME: data, ...env });
}

async function startDev(...flags: string[]): Promise<{ matter: string; address: string; workerPid: number }> {
  dev = cli(['dev', '--port', '0', '--ui-port', '0', '--export-duration', '2s', ...flags]);
  const run = dev;
  const ended = run.exited.then((code) => Promise.reject(new Error(`dev ended (${code}): ${run.stderr()}`)));
  const ready = async () => {
    while (!run.stdout().includes('Ctrl-C')) await delay(100);
  };
  await Promise.race([ready(), ended]);
  return {
    matter: said(run.stdout(), /^Matter +(\S+)/m),
    address: said(run.stdout(), /TEMPORAL_ADDRESS=(\S+)/),
    workerPid: Number(said(run.stdout(), /^Worker +process (\d+)/m)),
  };
}

function said(text: string, pattern: RegExp): string {
  const match = pattern.exec(text)?.[1];
  if (match === undefined) throw new Error(`${pattern} is not in:\n${text}`);
  return match;
}

/** Files that somebody else may read or write, and folders that he may enter. */
async function readableByOthers(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => (statSync(join(folder, name)).mode & 0o077) !== 0);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Starts an export as a person would in another terminal, and gives the record that it ends with. */
async function runExport(
  { matter, address }: { matter: string; address: string },
  env: NodeJS.ProcessEnv = {},
): Promise<unknown> {
  const args = ['export', 'start', '--file', EXAMPLE, '--matter', matter, '--wait', '--json'];
  const start = cli(args, { TEMPORAL_ADDRESS: address, ...env });
  await start.exited;
  return JSON.parse(start.stdout());
}

test(
  'runs a job that another terminal starts, and Ctrl-C leaves nothing running',
  async () => {
    const stack = await startDev();
    expect(await runExport(stack)).toMatchObject({ outcome: 'COMPLETED' });
    expect(await readableByOthers(join(data, 'vault-jobs'))).toEqual([]);

    const second = cli(['dev']);
    expect(await second.exited).toBe(1);
    expect(second.stderr()).toContain('Another "vault-jobs dev" runs already');

    dev?.child.kill('SIGINT');
    expect(await dev?.exited).toBe(0);
    expect(dev?.stderr()).toContain('Nothing in Vault is cancelled');
    expect(isAlive(stack.workerPid)).toBe(false);
    const list = cli(['list'], { TEMPORAL_ADDRESS: stack.address });
    expect(await list.exited).toBe(4);
    expect(existsSync(join(data, 'vault-jobs', 'dev', 'temporal.db'))).toBe(true);
  },
  LIMIT_MS,
);

test(
  'says of a job that ended or failed what it is, not that there is none',
  async () => {
    const { matter, address } = await startDev();
    const run = async (...args: string[]) => {
      const command = cli(args, { TEMPORAL_ADDRESS: address });
      return { exitCode: await command.exited, stderr: command.stderr() };
    };
    const adopt = ['export', 'adopt', matter, 'exportly-none', '--id', 'none'];
    expect(await run(...adopt, '--wait')).toMatchObject({ exitCode: 3 });
    expect(await run(...adopt)).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(/none exists already .* failed; --again/),
    });
    expect(await run('link', 'none', 'operations/a')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('Job none has ended'),
    });
    expect(await run('link', 'nobody', 'operations/a')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('There is no job nobody'),
    });
  },
  LIMIT_MS,
);

test(
  'replaces a worker that was killed, and the next job runs',
  async () => {
    const stack = await startDev();
    process.kill(stack.workerPid, 'SIGKILL');
    while (dev?.stderr().includes('Another worker runs') === false) await delay(100);
    expect(await runExport(stack)).toMatchObject({ outcome: 'COMPLETED' });
  },
  LIMIT_MS,
);

test(
  'with --encrypt runs a job that nobody can read without its key, and that Temporal’s UI may decrypt',
  async () => {
    const stack = await startDev('--encrypt');
    const stdout = dev?.stdout() ?? '';
    const keys = said(stdout, /VAULT_JOBS_ENCRYPTION_KEYS='?([^'\s]+)/);
    const record = await runExport(stack, { VAULT_JOBS_ENCRYPTION_KEYS: keys });
    expect(record).toMatchObject({
      jobId: expect.stringMatching(/^export-[0-9a-f]{16}$/),
      outcome: 'COMPLETED',
    });

    const status = cli(['list', '--json'], { TEMPORAL_ADDRESS: stack.address });
    expect(await status.exited).toBe(0);
    const jobId = said(status.stdout(), /"jobId": "([^"]+)"/);
    const keyless = cli(['status', jobId], { TEMPORAL_ADDRESS: stack.address });
    expect(await keyless.exited).toBe(2);
    expect(keyless.stderr()).toContain('encrypted with the key "dev"');

    const ui = said(stdout, /^Temporal UI +(\S+)/m);
    const codec = said(stdout, /^Codec server +(\S+)/m);
    const ask = (origin: string) =>
      fetch(`${codec}/decode`, {
        method: 'POST',
        headers: { origin, 'content-type': 'application/json' },
        body: '{"payloads":[]}',
      });
    expect(await (await fetch(`${ui}/api/v1/settings`)).json()).toMatchObject({ Codec: { Endpoint: codec } });
    expect((await ask(ui)).status).toBe(200);
    expect((await ask('https://evil.example.com')).status).toBe(403);
  },
  LIMIT_MS,
);
