import { closeSync, openSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import Database from 'libsql';
import { defaultLedger } from '../config/settings';
import type { Environment } from '../config/setting-sources';
import { StackError } from './stack-error';

/** What `dev` keeps from one start to the next. */
export interface DevFolder {
  readonly path: string;
  readonly temporalDb: string;
  readonly workerLog: string;
  /** The matters of earlier starts: the fake Vault forgets them, the jobs in Temporal do not. */
  readMatters(): Promise<string[]>;
  writeMatters(matterIds: readonly string[]): Promise<void>;
  release(): void;
}

/** Two servers on one database file would ruin it, so the folder is locked while it is in use. */
export async function openDevFolder(env: Environment, fresh: boolean): Promise<DevFolder> {
  const path = join(dirname(defaultLedger(env)), 'dev');
  await makePrivate(path);
  const lock = lockFolder(path);
  const temporalDb = join(path, 'temporal.db');
  const matters = join(path, 'matters.json');
  if (fresh) {
    const files = [temporalDb, `${temporalDb}-shm`, `${temporalDb}-wal`, matters];
    await Promise.all(files.map((file) => rm(file, { force: true })));
  }
  return {
    path,
    temporalDb,
    workerLog: join(path, 'worker.log'),
    readMatters: () => readIds(matters),
    writeMatters: (matterIds) => writeFile(matters, JSON.stringify(matterIds), { mode: 0o600 }),
    release: () => lock.close(),
  };
}

/** Jobs, keys and logs are nobody else's business. Earlier releases left them readable by all. */
async function makePrivate(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
  const entries = await readdir(path, { withFileTypes: true });
  await Promise.all(
    entries.filter((entry) => entry.isFile()).map((entry) => chmod(join(path, entry.name), 0o600)),
  );
}

/** SQLite's own lock: the kernel frees it the moment its owner dies, however it dies. */
function lockFolder(path: string): Database.Database {
  const file = join(path, 'lock');
  closeSync(openSync(file, 'a', 0o600));
  const lock = new Database(file);
  try {
    lock.exec('begin exclusive');
    return lock;
  } catch (error) {
    lock.close();
    if (!(error instanceof Database.SqliteError) || error.code !== 'SQLITE_BUSY') throw error;
    throw new StackError(`Another "vault-jobs dev" runs already: it holds ${path}`);
  }
}

async function readIds(file: string): Promise<string[]> {
  try {
    const ids: unknown = JSON.parse(await readFile(file, 'utf8'));
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
  } catch {
    // The first start, or a file cut short: jobs of earlier starts then wait for access to their matter.
    return [];
  }
}
