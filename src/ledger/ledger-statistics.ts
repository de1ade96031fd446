import type { Kysely } from 'kysely';
import type { JobRecord } from '../domain/job-record';
import type { JobKind, Outcome } from '../domain/outcome';
import type { LedgerTables } from './schema';

export interface EndedCount {
  tenant: string;
  kind: JobKind;
  /** Absent where the request itself was refused. */
  outcome?: Outcome;
  count: number;
}

/** An export whose files lie ready in Vault, as far as the ledger knows. */
export interface ReadyExport {
  tenant: string;
  /** ISO; Vault drops the export 15 days later. */
  createTime: string;
}

export async function countEnded(db: Kysely<LedgerTables>, namespace: string): Promise<EndedCount[]> {
  const rows = await db
    .selectFrom('jobs')
    .select(['tenant', 'kind', 'outcome', ({ fn }) => fn.countAll<string | number>().as('total')])
    .where('namespace', '=', namespace)
    .where('state', '=', 'ENDED')
    .groupBy(['tenant', 'kind', 'outcome'])
    .execute();
  return rows.map(({ tenant, kind, outcome, total }) => ({
    tenant,
    kind,
    ...(outcome !== null && { outcome }),
    count: Number(total),
  }));
}

/** Those made since `madeSince` (ISO). An export cannot have ended before it was made. */
export async function readReadyExports(
  db: Kysely<LedgerTables>,
  namespace: string,
  madeSince: string,
): Promise<ReadyExport[]> {
  const rows = await db
    .selectFrom('jobs')
    .select(['tenant', 'record'])
    .where('namespace', '=', namespace)
    .where('kind', '=', 'export')
    .where('outcome', 'in', ['COMPLETED', 'COMPLETED_DESPITE_CANCEL'])
    .where('ended_at', '>=', madeSince)
    .execute();
  return rows.flatMap(({ tenant, record }) => {
    const createTime = record === null ? undefined : readCreateTime(record);
    return createTime === undefined || createTime < madeSince ? [] : [{ tenant, createTime }];
  });
}

/** As ISO in UTC, whatever precision Google gave it in. */
function readCreateTime(text: string): string | undefined {
  const { remote }: Pick<JobRecord, 'remote'> = JSON.parse(text);
  const madeAt = Date.parse(remote.createTime ?? '');
  return Number.isNaN(madeAt) ? undefined : new Date(madeAt).toISOString();
}
