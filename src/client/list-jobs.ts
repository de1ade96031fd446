import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { WORKFLOW_TYPES } from '../domain/messages';
import type { JobKind, JobState, Outcome } from '../domain/outcome';
import { JOB_STATES, OUTCOMES } from '../domain/outcome';
import { JOB_KIND, MATTER_ID, OPERATION, OUTCOME, STATE, TENANT } from '../domain/search-attributes';
import { kindOf } from './job-status';
import { reachTemporal } from './reach-temporal';

export interface JobFilter {
  kind?: JobKind;
  state?: JobState;
  outcome?: Outcome;
  matterId?: string;
  tenant?: string;
  /** At most so many, the newest first. Default 100. */
  limit?: number;
}

/** One line of a list. Visibility is a little behind: for the very truth ask a job's status. */
export interface JobSummary {
  jobId: string;
  kind: JobKind;
  state: JobState | 'FAILED' | 'TERMINATED';
  outcome?: Outcome;
  matterId?: string;
  operationName?: string;
  tenant: string;
  startedAt: string;
  endedAt?: string;
}

export async function listJobs(temporal: Client, filter: JobFilter): Promise<JobSummary[]> {
  const limit = filter.limit ?? 100;
  return reachTemporal(async () => {
    const found: JobSummary[] = [];
    for await (const job of temporal.workflow.list({
      query: queryOf(filter),
      pageSize: Math.min(limit, 1000),
    })) {
      found.push(summaryOf(job));
      if (found.length === limit) break;
    }
    return found;
  });
}

/** A visibility query, as the Temporal UI takes it too. https://docs.temporal.io/list-filter */
export function queryOf(filter: JobFilter): string {
  const types = Object.values(WORKFLOW_TYPES).map(quote).join(', ');
  const conditions: [string, string | undefined][] = [
    [JOB_KIND.name, filter.kind],
    [STATE.name, filter.state],
    [OUTCOME.name, filter.outcome],
    [MATTER_ID.name, filter.matterId],
    [TENANT.name, filter.tenant],
  ];
  const wanted = conditions.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} = ${quote(value)}`],
  );
  return [`WorkflowType IN (${types})`, ...wanted].join(' AND ');
}

function quote(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
}

export function summaryOf(job: WorkflowExecutionInfo): JobSummary {
  const attributes = job.typedSearchAttributes;
  const outcome = OUTCOMES.find((known) => known === attributes.get(OUTCOME));
  const matterId = attributes.get(MATTER_ID);
  const operationName = attributes.get(OPERATION);
  return {
    jobId: job.workflowId,
    kind: kindOf(job) ?? 'operation',
    state: stateOf(job),
    tenant: attributes.get(TENANT) ?? 'default',
    startedAt: job.startTime.toISOString(),
    ...(outcome && { outcome }),
    ...(matterId !== undefined && { matterId }),
    ...(operationName !== undefined && { operationName }),
    ...(job.closeTime && { endedAt: job.closeTime.toISOString() }),
  };
}

function stateOf(job: WorkflowExecutionInfo): JobSummary['state'] {
  if (job.status.name === 'TERMINATED' || job.status.name === 'TIMED_OUT') return 'TERMINATED';
  if (job.status.name === 'FAILED' || job.status.name === 'CANCELLED') return 'FAILED';
  const state = job.typedSearchAttributes.get(STATE);
  return JOB_STATES.find((known) => known === state) ?? 'QUEUED';
}
