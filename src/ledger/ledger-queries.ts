import type { Kysely } from 'kysely';
import type { JsonObject } from '../domain/json';
import type { LedgerEvent } from '../domain/ledger-event';
import { toLedgerJob } from './job-row';
import type { LedgerJob, LedgerJobFilter } from './ledger';
import type { LedgerTables } from './schema';
import { storable } from './storable-text';

/** Jobs a list shows when nobody says how many. */
const DEFAULT_LIMIT = 100;

type Db = Kysely<LedgerTables>;

export async function readJob(db: Db, namespace: string, jobId: string): Promise<LedgerJob | undefined> {
  const row = await countedJobs(db, namespace).where('job_id', '=', storable(jobId)).executeTakeFirst();
  return row && toCountedJob(row);
}

/** Newest first. An empty list in the filter, like an absent one, filters nothing. */
export async function readJobs(db: Db, namespace: string, filter: LedgerJobFilter): Promise<LedgerJob[]> {
  const {
    states = [],
    outcomes = [],
    kinds = [],
    matterId,
    exportId,
    tenant,
    limit = DEFAULT_LIMIT,
  } = filter;
  const rows = await countedJobs(db, namespace)
    .$if(states.length > 0, (query) => query.where('state', 'in', states))
    .$if(outcomes.length > 0, (query) => query.where('outcome', 'in', outcomes))
    .$if(kinds.length > 0, (query) => query.where('kind', 'in', kinds))
    .$if(matterId !== undefined, (query) => query.where('matter_id', '=', storable(matterId ?? '')))
    .$if(exportId !== undefined, (query) => query.where('export_id', '=', storable(exportId ?? '')))
    .$if(tenant !== undefined, (query) => query.where('tenant', '=', storable(tenant ?? '')))
    .orderBy('started_at', 'desc')
    .orderBy('job_id')
    .limit(limit)
    .execute();
  return rows.map(toCountedJob);
}

export async function readEvents(db: Db, namespace: string, jobId: string): Promise<LedgerEvent[]> {
  const rows = await db
    .selectFrom('events')
    .select(['event_id', 'at', 'type', 'detail'])
    .where('namespace', '=', namespace)
    .where('job_id', '=', storable(jobId))
    .orderBy('at')
    .orderBy('seq')
    .execute();
  return rows.map(({ event_id, at, type, detail }) => ({
    id: event_id,
    at,
    type,
    detail: readDetail(detail),
  }));
}

/** Who claimed it; else the first job that names it, as builds without claims left it. */
export async function readOwnerOfOperation(
  db: Db,
  namespace: string,
  operationName: string,
): Promise<string | undefined> {
  const claimed = await db
    .selectFrom('claims')
    .select('job_id')
    .where('namespace', '=', namespace)
    .where('remote_name', '=', storable(operationName))
    .executeTakeFirst();
  if (claimed) return claimed.job_id;
  const owner = await db
    .selectFrom('jobs')
    .select('job_id')
    .where('namespace', '=', namespace)
    .where('operation_name', '=', storable(operationName))
    .orderBy('started_at')
    .orderBy('job_id')
    .executeTakeFirst();
  return owner?.job_id;
}

function countedJobs(db: Db, namespace: string) {
  return db
    .selectFrom('jobs')
    .selectAll()
    .select((expression) => [
      expression
        .selectFrom('watches')
        .select(({ fn }) => fn.sum<string | number>('polls').as('total'))
        .whereRef('watches.namespace', '=', 'jobs.namespace')
        .whereRef('watches.job_id', '=', 'jobs.job_id')
        .as('polls'),
      expression
        .selectFrom('events')
        .select(({ fn }) => fn.countAll<string | number>().as('total'))
        .whereRef('events.namespace', '=', 'jobs.namespace')
        .whereRef('events.job_id', '=', 'jobs.job_id')
        .where('type', '=', 'ATTEMPT_BEGUN')
        .where('step', '=', 'cancel')
        .as('cancel_attempts'),
    ])
    .where('namespace', '=', namespace);
}

type CountedRow = Awaited<ReturnType<ReturnType<typeof countedJobs>['execute']>>[number];

/** PostgreSQL answers sums and counts as text: they may exceed what a number holds. */
function toCountedJob(row: CountedRow): LedgerJob {
  return toLedgerJob(row, {
    polls: Number(row.polls ?? 0),
    cancelAttempts: Number(row.cancel_attempts ?? 0),
  });
}

function readDetail(text: string): JsonObject {
  const detail: JsonObject = JSON.parse(text);
  return detail;
}
