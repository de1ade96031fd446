import { accessSync, constants, existsSync } from 'node:fs';
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import { ledgerFailure } from './ledger-failure';
import { readLedgerUrl } from './ledger-url';
import { MIGRATION_TABLE, migratorOf } from './migrations';
import { connect } from './open-ledger';
import type { LedgerTables } from './schema';

/** How a ledger stands, as far as can be seen without changing it. */
export type LedgerState =
  | { type: 'READY'; migrations: number }
  /** No file: SQLite would make one. */
  | { type: 'ABSENT' }
  | { type: 'READ_ONLY' }
  | { type: 'BEHIND'; pending: readonly string[] }
  /** A newer release has been here. */
  | { type: 'AHEAD'; unknown: readonly string[] };

/** Looks at a ledger and leaves it as it is: nothing is made, nothing migrated. @throws LedgerError */
export async function inspectLedger(url: string): Promise<LedgerState> {
  const place = readLedgerUrl(url);
  if (place.type === 'sqlite' && place.file !== ':memory:') {
    if (!existsSync(place.file)) return { type: 'ABSENT' };
    if (!isWritable(place.file)) return { type: 'READ_ONLY' };
  }
  const db = connect(place);
  try {
    return await stateOf(db);
  } catch (error) {
    throw ledgerFailure('looking at the ledger', error);
  } finally {
    await db.destroy();
  }
}

async function stateOf(db: Kysely<LedgerTables>): Promise<LedgerState> {
  const migrations = await migratorOf(db).getMigrations();
  const pending = migrations.filter(({ executedAt }) => executedAt === undefined).map(({ name }) => name);
  if (pending.length > 0) return { type: 'BEHIND', pending };
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(MIGRATION_TABLE)}`.execute(db);
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = rows.map(({ name }) => name).filter((name) => !known.has(name));
  return unknown.length > 0 ? { type: 'AHEAD', unknown } : { type: 'READY', migrations: migrations.length };
}

function isWritable(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
