import { Kysely } from 'kysely';
import type { Ledger } from './ledger';
import { ledgerFailure } from './ledger-failure';
import type { LedgerPlace } from './ledger-url';
import { readLedgerUrl } from './ledger-url';
import { migrate, POSTGRES_COLUMNS, SQLITE_COLUMNS } from './migrations';
import { postgresDialect } from './postgres-dialect';
import type { LedgerTables } from './schema';
import { SqlLedger } from './sql-ledger';
import { sqliteDialect } from './sqlite-dialect';

export interface LedgerOptions {
  /** The Temporal namespace whose jobs these are: a job id is unique in that only. */
  namespace: string;
}

/**
 * Opens the ledger and brings its tables up to date. Throws `LedgerConfigError` for a URL that cannot be meant
 * and `LedgerError` for a database that cannot be had.
 */
export async function openLedger(url: string, options: LedgerOptions): Promise<Ledger> {
  const place = readLedgerUrl(url);
  const isPostgres = place.type === 'postgres';
  const db = connect(place);
  try {
    await migrate(db, isPostgres ? POSTGRES_COLUMNS : SQLITE_COLUMNS);
  } catch (error) {
    // What was wrong first is what is told.
    await db.destroy().catch(() => undefined);
    throw ledgerFailure('opening the ledger', error);
  }
  return new SqlLedger(db, { namespace: options.namespace, hasManyWriters: isPostgres });
}

export function connect(place: LedgerPlace): Kysely<LedgerTables> {
  try {
    return new Kysely({
      dialect: place.type === 'postgres' ? postgresDialect(place.url) : sqliteDialect(place.file),
    });
  } catch (error) {
    throw ledgerFailure('opening the ledger', error);
  }
}
