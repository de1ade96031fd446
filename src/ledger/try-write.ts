import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { LedgerTables } from './schema';

/** No Vault has a matter of this name. */
const MATTER_ID = '/write-check';
/** More than a page of either database: a write that needs no room would say nothing of a full disk. */
const FILLER = 'x'.repeat(16_384);

/** Ends the transaction without a trace. */
class NotMeant extends Error {
  override readonly name = 'NotMeant';
}

/**
 * Writes a row where the ledger keeps no evidence, but a cache, and takes it away again. Throws what the database throws.
 *
 * SQLite puts nothing on the disk before a commit, so there it is committed. PostgreSQL takes the room at once and needs
 * no commit: its role may be one that only inserts, which could not take the row away.
 */
export async function tryWrite(db: Kysely<LedgerTables>, { keeps }: { keeps: boolean }): Promise<void> {
  if (keeps) {
    await db.transaction().execute(insert);
    // Also what others left that died in between.
    await db.transaction().execute(remove);
    return;
  }
  try {
    await db.transaction().execute(async (trx) => {
      await insert(trx);
      throw new NotMeant('only to see whether it can be written');
    });
  } catch (error) {
    if (!(error instanceof NotMeant)) throw error;
  }
}

async function insert(db: Kysely<LedgerTables>): Promise<void> {
  await db
    .insertInto('readings')
    .values({
      namespace: '',
      tenant: '',
      matter_id: MATTER_ID,
      export_id: randomUUID(),
      read_at: new Date().toISOString(),
      worker: '',
      reading: FILLER,
    })
    .execute();
}

async function remove(db: Kysely<LedgerTables>): Promise<void> {
  await db.deleteFrom('readings').where('namespace', '=', '').where('matter_id', '=', MATTER_ID).execute();
}
