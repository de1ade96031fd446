import type { ChildProcess } from 'node:child_process';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { endWithUs } from '../../src/embedded/guarded';

export interface TestPostgres {
  readonly url: string;
  readonly pid: number;
  /** Makes an empty database beside the first one and answers its URL. */
  createDatabase(name: string): Promise<string>;
  /** Ends the server and removes its files. */
  stop(): Promise<void>;
  /** SIGKILL to the server: what a crash looks like. */
  kill(): Promise<void>;
  /** Starts it again on the same port and files. */
  restart(): Promise<void>;
}

const READY_LIMIT_MS = 30_000;
const MAX_STARTS = 20;

/** A real PostgreSQL from the system's own binaries, in a folder of its own; or why there is none. */
export async function startPostgres(): Promise<TestPostgres | { unavailable: string }> {
  const [bin, account] = [findBinaries(), findAccount()];
  if (bin === undefined || account === 'none') return { unavailable: whyNoPostgres() ?? 'nothing to start' };
  const folder = await mkdtemp(join(tmpdir(), 'pg-'));
  if (account) await chown(folder, account.uid, account.gid);
  const data = join(folder, 'data');
  const initArgs = ['-D', data, '-U', 'vault', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'];
  await promisify(execFile)(join(bin, 'initdb'), initArgs, { cwd: folder, ...account });
  const port = await freePort();
  const url = `postgres://vault@127.0.0.1:${port}/postgres`;

  const launch = async (): Promise<ChildProcess> => {
    const settings = ['fsync=off', 'listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`];
    const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
    const server = spawn(join(bin, 'postgres'), args, { cwd: folder, stdio: 'ignore', ...account });
    endWithUs(server);
    await untilReady(url, server);
    return server;
  };
  // The children of a killed server hold its shared memory for a moment; until then a new one ends at once.
  const relaunch = async (): Promise<ChildProcess> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await launch();
      } catch (error) {
        if (tries === MAX_STARTS) throw error;
      }
    }
  };
  let server = await launch();
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill(signal);
    await ended;
  };
  return {
    url,
    get pid() {
      return server.pid ?? 0;
    },
    createDatabase: async (name) => {
      const client = new Client({ connectionString: url });
      await client.connect();
      await client.query(`create database ${client.escapeIdentifier(name)}`);
      await client.end();
      return url.replace(/[^/]+$/, name);
    },
    kill: () => end('SIGKILL'),
    restart: async () => {
      await end('SIGKILL');
      server = await relaunch();
    },
    stop: async () => {
      // Immediate shutdown: the files go away anyway.
      await end('SIGQUIT');
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Why there can be no PostgreSQL here; undefined where there can be one. Answers at once, for `describe.skip`. */
export function whyNoPostgres(): string | undefined {
  if (findBinaries() === undefined) return 'no initdb and postgres in /usr/lib/postgresql or on PATH';
  if (findAccount() === 'none') return 'running as root, and there is no user postgres or nobody';
  return undefined;
}

function findBinaries(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root) : [];
  const installed = versions
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, 'bin'));
  return [...installed, ...(process.env.PATH ?? '').split(delimiter)].find((folder) =>
    ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))),
  );
}

/** PostgreSQL refuses to run as root: then as somebody else. */
function findAccount(): { uid: number; gid: number } | 'none' | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const user of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, user], { encoding: 'utf8' }));
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  return 'none';
}

async function untilReady(url: string, server: ChildProcess): Promise<void> {
  const giveUpAt = Date.now() + READY_LIMIT_MS;
  for (;;) {
    const client = new Client({ connectionString: url });
    try {
      await client.connect();
      await client.query('select 1');
      return;
    } catch (error) {
      if (server.exitCode !== null || Date.now() > giveUpAt) throw error;
      await delay(50);
    } finally {
      await client.end().catch(() => {});
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}
