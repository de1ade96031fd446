import type { Kysely } from 'kysely';
import type { SharedReading } from './ledger';
import type { LedgerTables } from './schema';
import { storable } from './storable-text';

/** Several times the longest period between two looks; older ones answer nobody. */
const KEPT_MS = 10 * 60_000;

type Db = Kysely<LedgerTables>;

export async function writeReadings(
  db: Db,
  namespace: string,
  about: { tenant: string; matterId: string },
  readings: readonly SharedReading[],
): Promise<void> {
  const rows = readings.map(({ exportId, worker, readAt, reading }) => ({
    namespace,
    tenant: storable(about.tenant),
    matter_id: storable(about.matterId),
    export_id: storable(exportId),
    read_at: storable(readAt),
    worker: storable(worker),
    reading: JSON.stringify(reading),
  }));
  const forgotten = new Date(Date.now() - KEPT_MS).toISOString();
  await db.transaction().execute(async (trx) => {
    await trx
      .deleteFrom('readings')
      .where('namespace', '=', namespace)
      .where('read_at', '<', forgotten)
      .execute();
    if (rows.length === 0) return;
    await trx
      .insertInto('readings')
      // In one order, so that two workers that write at once wait for each other instead of locking up.
      .values(rows.toSorted((a, b) => (a.export_id < b.export_id ? -1 : 1)))
      .onConflict((conflict) =>
        conflict
          .columns(['namespace', 'tenant', 'matter_id', 'export_id'])
          .doUpdateSet((row) => ({
            read_at: row.ref('excluded.read_at'),
            worker: row.ref('excluded.worker'),
            reading: row.ref('excluded.reading'),
          }))
          .whereRef('excluded.read_at', '>', 'readings.read_at'),
      )
      .execute();
  });
}

export async function readReadings(
  db: Db,
  namespace: string,
  about: { tenant: string; matterId: string },
): Promise<SharedReading[]> {
  const rows = await db
    .selectFrom('readings')
    .select(['export_id', 'worker', 'read_at', 'reading'])
    .where('namespace', '=', namespace)
    .where('tenant', '=', storable(about.tenant))
    .where('matter_id', '=', storable(about.matterId))
    .execute();
  return rows.map(({ export_id, worker, read_at, reading }) => ({
    exportId: export_id,
    worker,
    readAt: read_at,
    reading: parseReading(reading),
  }));
}

function parseReading(text: string): SharedReading['reading'] {
  const reading: SharedReading['reading'] = JSON.parse(text);
  return reading;
}
