import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whyNoPostgres } from '../support/postgres';
import { until } from '../support/until';

jest.setTimeout(180_000);

const ROOT = join(__dirname, '..', '..');
const CLI = join(ROOT, 'dist', 'src', 'cli', 'main.js');

/** Each starts at least a Temporal server and a worker, each with its guard. */
const PROGRAMS: { [name: string]: string[] } = {
  bench: [join(ROOT, 'bench', 'run.cjs'), '--only', 'history'],
  demo: [CLI, 'demo'],
  dev: [CLI, 'dev', '--port', '0', '--ui-port', '0'],
  chaos: [join(ROOT, 'test', 'chaos', 'run-chaos.cjs'), '--runs', '50', '--seed', '1'],
};

interface Running {
  pid: number;
  parent: number;
  /** A number may be given again; with its beginning it is one process. */
  startedAt: string;
  command: string;
}

/** All processes of this machine, as the kernel lists them. */
function processes(): Running[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (fields[0] === 'Z') return [];
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return [{ pid: Number(name), parent: Number(fields[1]), startedAt: fields[19] ?? '', command }];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
}

function descendantsOf(pid: number): Running[] {
  const all = processes();
  const found: Running[] = [];
  for (let parents = [pid]; parents.length > 0;) {
    const next = all.filter(({ parent }) => parents.includes(parent));
    found.push(...next);
    parents = next.map((child) => child.pid);
  }
  return found;
}

function stillRunning(those: readonly Running[]): string[] {
  const now = processes();
  return those
    .filter(({ pid, startedAt }) => now.some((one) => one.pid === pid && one.startedAt === startedAt))
    .map(({ command }) => command);
}

const untilGone = (those: readonly Running[]) =>
  until(`none of ${those.length} to be left`, () => stillRunning(those).length === 0, 45_000);

const cases = Object.keys(PROGRAMS).flatMap((name) =>
  (['SIGINT', 'SIGTERM', 'SIGKILL'] as const).map((signal) => [name, signal] as const),
);

it.each(cases)('%s that ends by %s leaves no process behind', async (name, signal) => {
  const data = await mkdtemp(join(tmpdir(), 'vault-jobs-no-orphans-'));
  const own = Object.entries(process.env).filter(
    ([variable]) => variable === 'VAULT_JOBS_TEMPORAL_CLI' || !/^(TEMPORAL|VAULT|GOOGLE)_/.test(variable),
  );
  const program = spawn(process.execPath, PROGRAMS[name]!, {
    env: { ...Object.fromEntries(own), XDG_DATA_HOME: data },
    stdio: 'ignore',
  });
  const ended = once(program, 'exit');
  const pid = program.pid!;
  const isWorker = ({ command }: Running) => / worker |-e /.test(command) && command.includes('node');
  const started = await until(
    `${name} to have started its server and a worker`,
    () => {
      const found = descendantsOf(pid);
      return found.some(isWorker) && found.some(({ command }) => / server start-dev /.test(command)) && found;
    },
    90_000,
  );
  program.kill(signal);
  await ended;
  await untilGone(started);
  await rm(data, { recursive: true, force: true });
  expect(stillRunning(started)).toEqual([]);
});

(whyNoPostgres() === undefined ? describe : describe.skip)('PostgreSQL', () => {
  it('does not outlive who started it, by SIGKILL', async () => {
    const script = `
    require(${JSON.stringify(join(ROOT, 'test', 'support', 'typescript-hook.cjs'))}).register();
    require(${JSON.stringify(join(ROOT, 'test', 'support', 'postgres.ts'))}).startPostgres();
    setInterval(() => undefined, 1000);`;
    const parent = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
    const ended = once(parent, 'exit');
    const isServer = ({ command }: Running) => command.includes('postgres -D');
    const started = await until(
      'PostgreSQL to have started its own processes',
      () => {
        const found = descendantsOf(parent.pid!);
        const server = found.find(isServer);
        return found.filter(({ parent: above }) => above === server?.pid).length > 3 && found;
      },
      60_000,
    );
    parent.kill('SIGKILL');
    await ended;
    await untilGone(started);
    expect(stillRunning(started)).toEqual([]);
  });
});
