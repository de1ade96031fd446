import type { Client } from '@temporalio/client';
import { queryOf, summaryOf } from '../client/list-jobs';
import { JOB_KINDS, JOB_STATES } from '../domain/outcome';
import type { JobKind, JobState } from '../domain/outcome';

export interface OpenCount {
  tenant: string;
  kind: JobKind;
  state: JobState;
  count: number;
  /** Seconds since 1970; absent where the count is 0. */
  oldest?: number;
}

/** As many as the server gives in one answer. */
const PAGE_SIZE = 1000;

/**
 * Jobs that run, by state. The server groups by nothing but the execution's status, so they are listed, one request a
 * thousand jobs. Each tenant has a row for every kind and state: an absent one is no zero to Prometheus.
 */
export async function countOpen(temporal: Client, tenants: readonly string[]): Promise<OpenCount[]> {
  const counts = new Map<string, OpenCount>();
  const rowOf = (tenant: string, kind: JobKind, state: JobState) => {
    const key = `${tenant}/${kind}/${state}`;
    const row = counts.get(key) ?? { tenant, kind, state, count: 0 };
    counts.set(key, row);
    return row;
  };
  const fill = (tenant: string) => {
    for (const kind of JOB_KINDS)
      for (const state of JOB_STATES) if (state !== 'ENDED') rowOf(tenant, kind, state);
  };
  tenants.forEach(fill);
  const query = `${queryOf({})} AND ExecutionStatus = 'Running'`;
  for await (const job of temporal.workflow.list({ query, pageSize: PAGE_SIZE })) {
    const { tenant, kind, state, startedAt } = summaryOf(job);
    if (!isJobState(state)) continue;
    fill(tenant);
    const row = rowOf(tenant, kind, state);
    row.count += 1;
    row.oldest = Math.min(row.oldest ?? Infinity, Date.parse(startedAt) / 1000);
  }
  return [...counts.values()];
}

function isJobState(state: string): state is JobState {
  return JOB_STATES.some((known) => known === state);
}
