import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CompiledQuery, DatabaseConnection, Dialect, QueryResult } from 'kysely';
import {
  CompiledQuery as Query,
  SqliteAdapter,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import Database from 'libsql';

/** libsql is synchronous, so this stands still with the whole process: short. The patient wait is below. */
const STAND_STILL_MS = 20;
const ASK_AGAIN_MS = 10;
const PATIENCE_MS = 15_000;

/** Kysely's SQLite dialect over libsql, made fit for several processes on one file. */
export function sqliteDialect(file: string): Dialect {
  return {
    createDriver: () => new SharedFileDriver(openDatabase(file)),
    createAdapter: () => new TransactionalDdlAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

function openDatabase(file: string): Database.Database {
  if (file !== ':memory:') {
    mkdirSync(dirname(file), { recursive: true });
    // SQLite gives its -wal and -shm files the permissions of this one.
    closeSync(openSync(file, 'a', 0o600));
  }
  return new Database(file);
}

/** SQLite can undo a CREATE TABLE; only so is a migration safe when two processes start at once. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class SharedFileDriver extends SqliteDriver {
  readonly #database: Database.Database;
  readonly #connection: PatientConnection;

  constructor(database: Database.Database) {
    super({ database });
    this.#database = database;
    this.#connection = new PatientConnection(database);
  }

  override async init(): Promise<void> {
    await super.init();
    const connection = await this.acquireConnection();
    try {
      for (const pragma of [
        `busy_timeout = ${STAND_STILL_MS}`,
        'journal_mode = WAL',
        // An answered write must survive a power cut, not only a crash of this process.
        'synchronous = FULL',
      ]) {
        await connection.executeQuery(Query.raw(`pragma ${pragma}`));
      }
    } finally {
      await this.releaseConnection();
    }
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    // Waits its turn: there is one connection, and transactions take turns on it.
    await super.acquireConnection();
    return this.#connection;
  }

  /** At once a writer: one that starts as a reader cannot become one after somebody else wrote. */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(Query.raw('begin immediate'));
  }

  /**
   * SQLite itself rolls back where the disk is full or broken, and would then answer that there is nothing to roll back:
   * whoever waits for this must hear of the disk.
   */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.inTransaction) await super.rollbackTransaction(connection);
  }
}

/** Waits without holding up the process while another one writes. */
class PatientConnection implements DatabaseConnection {
  readonly #database: Database.Database;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const giveUpAt = Date.now() + PATIENCE_MS;
    // libsql leaves a statement that met SQLITE_BUSY "in progress", which then forbids every commit. Running
    // the same one again resets it; `exec` does not leave it so in the first place.
    const statement = this.#database.prepare(sql);
    for (;;) {
      try {
        if (statement.reader) {
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the query builder knows its rows
          return { rows: statement.all(parameters) as R[] };
        }
        if (parameters.length === 0) this.#database.exec(sql);
        else statement.run(parameters);
        return { rows: [] };
      } catch (error) {
        const busy = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
        if (!busy || Date.now() > giveUpAt) throw error;
      }
      await delay(ASK_AGAIN_MS * (1 + Math.random()));
    }
  }

  streamQuery(): never {
    throw new Error('the ledger streams nothing');
  }
}
