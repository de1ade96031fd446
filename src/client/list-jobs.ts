import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { JobKind, JobState, Outcome } from '../domain/outcome';
import { OUTCOMES } from '../domain/outcome';
import { JOB_KIND, MATTER_ID, OPERATION, OUTCOME, STATE, TENANT } from '../domain/search-attributes';
import type { QueuePlace } from '../domain/job-record';
import { BadInputError } from './errors';
import { kindOf, stateOf } from './job-status';
import { oneCondition, quote } from './list-filter';
import { JOBS_ONLY, newestRuns } from './newest-runs';
import { invalidArgument, reachTemporal } from './reach-temporal';
import { queuePlaces } from './queue-place';

export interface JobFilter {
  kind?: JobKind;
  state?: JobState;
  outcome?: Outcome;
  matterId?: string;
  tenant?: string;
  /** Jobs that run, whatever their state. */
  open?: true;
  /** One more condition, as the Temporal UI takes it. https://docs.temporal.io/list-filter */
  query?: string;
}

export interface ListOptions extends JobFilter {
  /** At most so many, the newest first. Default 100. */
  limit?: number;
}

/** One line of a list. Visibility is a little behind: for the very truth ask a job's status. */
export interface JobSummary {
  jobId: string;
  kind: JobKind;
  state: JobState | 'FAILED' | 'TERMINATED' | 'TIMED_OUT';
  outcome?: Outcome;
  matterId?: string;
  operationName?: string;
  tenant: string;
  startedAt: string;
  endedAt?: string;
  /** Where it waits for one of Vault's slots. */
  queue?: QueuePlace;
}

/** One row a job, of its newest run. @throws BadInputError for a query that the server does not take */
export async function listJobs(temporal: Client, filter: ListOptions): Promise<JobSummary[]> {
  const limit = filter.limit ?? 100;
  return explainQuery(filter, async () => {
    const found: Listed[] = [];
    for await (const job of newestRuns(temporal, queryOf(filter), Math.min(limit, 1000))) {
      found.push(summaryOf(job));
      if (found.length === limit) break;
    }
    return withPlaces(temporal, found);
  });
}

type Listed = JobSummary & { taskQueue: string };

async function withPlaces(temporal: Client, jobs: Listed[]): Promise<JobSummary[]> {
  const waits = ({ kind, state }: Listed) => kind === 'export' && state === 'QUEUED';
  const queues = new Map(jobs.filter(waits).map((job) => [JSON.stringify([job.taskQueue, job.tenant]), job]));
  const places = await Promise.all([...queues.values()].map((tenancy) => queuePlaces(temporal, tenancy)));
  return jobs.map(({ taskQueue: _taskQueue, ...job }) => {
    const queue = places.find((inQueue) => inQueue.has(job.jobId))?.get(job.jobId);
    return { ...job, ...(queue && { queue }) };
  });
}

/**
 * How many jobs there are of this kind, as far as visibility knows. Of jobs that have ended, those that were reset count
 * once more for each run that matches. @throws BadInputError as above
 */
export async function countJobs(temporal: Client, filter: JobFilter): Promise<number> {
  const { count } = await explainQuery(filter, () => temporal.workflow.count(queryOf(filter)));
  return count;
}

async function explainQuery<T>(filter: JobFilter, ask: () => Promise<T>): Promise<T> {
  try {
    return await reachTemporal(ask);
  } catch (error) {
    const reason = filter.query === undefined ? undefined : invalidArgument(error);
    if (reason === undefined) throw error;
    throw new BadInputError(`The query is not valid: ${reason}`, { cause: error });
  }
}

/**
 * A visibility query, as the Temporal UI takes it too. The one place where a person's condition joins ours.
 * @throws BadInputError for a condition that would not stay within it
 */
export function queryOf(filter: JobFilter): string {
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
  return [
    JOBS_ONLY,
    ...(filter.open ? ["ExecutionStatus = 'Running'"] : []),
    ...wanted,
    ...(filter.query === undefined ? [] : [`(${oneCondition(filter.query)})`]),
  ].join(' AND ');
}

export function summaryOf(job: WorkflowExecutionInfo): Listed {
  const attributes = job.typedSearchAttributes;
  const outcome = OUTCOMES.find((known) => known === attributes.get(OUTCOME));
  const matterId = attributes.get(MATTER_ID);
  const operationName = attributes.get(OPERATION);
  return {
    jobId: job.workflowId,
    kind: kindOf(job) ?? 'operation',
    state: shownState(job),
    tenant: attributes.get(TENANT) ?? 'default',
    taskQueue: job.taskQueue,
    startedAt: job.startTime.toISOString(),
    ...(outcome && { outcome }),
    ...(matterId !== undefined && { matterId }),
    ...(operationName !== undefined && { operationName }),
    ...(job.closeTime && { endedAt: job.closeTime.toISOString() }),
  };
}

function shownState(job: WorkflowExecutionInfo): JobSummary['state'] {
  if (job.status.name === 'TERMINATED' || job.status.name === 'TIMED_OUT') return job.status.name;
  if (job.status.name === 'FAILED' || job.status.name === 'CANCELLED') return 'FAILED';
  return stateOf(job);
}
