import type { Kysely } from 'kysely';
import type { Journal } from '../domain/journal';
import type { LedgerTables } from './schema';
import { storable } from './storable-text';

type Db = Kysely<LedgerTables>;

/**
 * Makes the job the owner where nobody else is, or where `instead` still is, in one atomic write each; answers who owns it
 * then. Two jobs that claim at once get the same answer.
 */
export async function writeClaim(
  db: Db,
  namespace: string,
  { remoteName, jobId, instead }: { remoteName: string; jobId: string; instead?: string },
): Promise<string> {
  const key = { namespace, remote_name: storable(remoteName) };
  await insert(db, [{ ...key, job_id: storable(jobId) }]);
  if (instead !== undefined) {
    await db
      .updateTable('claims')
      .set({ job_id: storable(jobId) })
      .where('namespace', '=', key.namespace)
      .where('remote_name', '=', key.remote_name)
      .where('job_id', '=', storable(instead))
      .execute();
  }
  const { job_id } = await db
    .selectFrom('claims')
    .select('job_id')
    .where('namespace', '=', key.namespace)
    .where('remote_name', '=', key.remote_name)
    .executeTakeFirstOrThrow();
  return job_id;
}

/** What a job has made itself is its own; the claim goes along with the line that says so. */
export async function claimCreated(db: Db, namespace: string, { job, entries }: Journal): Promise<void> {
  const names = entries.flatMap(({ type, detail }) =>
    type === 'CREATED' && typeof detail.operationName === 'string' ? [detail.operationName] : [],
  );
  const job_id = storable(job.jobId);
  await insert(
    db,
    names.map((name) => ({ namespace, remote_name: storable(name), job_id })),
  );
}

async function insert(
  db: Db,
  rows: { namespace: string; remote_name: string; job_id: string }[],
): Promise<void> {
  if (rows.length === 0) return;
  await db
    .insertInto('claims')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['namespace', 'remote_name']).doNothing())
    .execute();
}
