import { accessSync, constants, existsSync } from 'node:fs';
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { LedgerError } from './ledger-error';
import { ledgerFailure } from './ledger-failure';
import type { LedgerPlace } from './ledger-url';
import { readLedgerUrl } from './ledger-url';
import { MIGRATION_TABLE, migratorOf } from './migrations';
import { connect } from './open-ledger';
import type { LedgerTables } from './schema';
import { tryWrite } from './try-write';

/** How a ledger stands. */
export type LedgerState =
  | { type: 'READY'; migrations: number }
  /** No file: SQLite would make one. */
  | { type: 'ABSENT' }
  | { type: 'READ_ONLY' }
  /** It is there and can be read, and a write fails. */
  | { type: 'UNWRITABLE'; error: LedgerError }
  | { type: 'BEHIND'; pending: readonly string[] }
  /** A newer release has been here. */
  | { type: 'AHEAD'; unknown: readonly string[] };

/** Looks at a ledger and leaves it as it is: nothing is made, nothing migrated, a try at a write undone. @throws LedgerError */
export async function inspectLedger(url: string): Promise<LedgerState> {
  const place = readLedgerUrl(url);
  if (place.type === 'sqlite' && place.file !== ':memory:') {
    if (!existsSync(place.file)) return { type: 'ABSENT' };
    if (!isWritable(place.file)) return { type: 'READ_ONLY' };
  }
  const db = connect(place);
  try {
    const state = await stateOf(db);
    return state.type === 'READY' ? await tried(db, place, state) : state;
  } catch (error) {
    throw ledgerFailure('looking at the ledger', error);
  } finally {
    await db.destroy().catch(() => undefined);
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

async function tried(
  db: Kysely<LedgerTables>,
  { type }: LedgerPlace,
  ready: LedgerState,
): Promise<LedgerState> {
  try {
    await tryWrite(db, { keeps: type === 'sqlite' });
    return ready;
  } catch (error) {
    return { type: 'UNWRITABLE', error: ledgerFailure('trying a write', error) };
  }
}

function isWritable(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
