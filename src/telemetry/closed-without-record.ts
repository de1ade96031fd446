import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { JOBS_ONLY, newestRuns } from '../client/newest-runs';
import { REQUEST_REFUSED } from '../domain/messages';

/** As queries and labels have them. Which of those that failed were refused is in their histories only. */
const STATUSES = { TERMINATED: 'Terminated', TIMED_OUT: 'TimedOut', FAILED: 'Failed', CANCELLED: 'Canceled' };

export interface ClosedJob {
  jobId: string;
  status: string;
}

const PAGE_SIZE = 1000;
/** Histories that are read at the same time. */
const AT_ONCE = 10;
const CLOSE_EVENT = 2;

/**
 * Jobs whose newest run is closed and left no record: terminated, out of time, or failed by a step. A request that was
 * refused has its lines in the ledger and nothing in Vault. The server forgets all of them after its retention.
 *
 * `refusals` keeps what is known of runs that failed, which never changes.
 */
export async function closedWithoutRecord(
  temporal: Client,
  refusals: Map<string, boolean>,
): Promise<ClosedJob[]> {
  const wanted = Object.values(STATUSES).map((status) => `'${status}'`);
  const query = `${JOBS_ONLY} AND ExecutionStatus IN (${wanted.join(', ')})`;
  const closed: WorkflowExecutionInfo[] = [];
  for await (const run of newestRuns(temporal, query, PAGE_SIZE)) closed.push(run);
  await readRefusals(temporal, closed, refusals);
  return closed.flatMap(({ workflowId: jobId, runId, status: { name } }) => {
    const status = statusOf(name);
    return status === undefined || refusals.get(runId) === true ? [] : [{ jobId, status }];
  });
}

export interface ClosedCount {
  status: string;
  count: number;
}

export async function countClosedWithoutRecord(
  temporal: Client,
  refusals: Map<string, boolean>,
): Promise<ClosedCount[]> {
  const closed = await closedWithoutRecord(temporal, refusals);
  return Object.values(STATUSES).map((status) => ({
    status,
    count: closed.filter((job) => job.status === status).length,
  }));
}

function statusOf(name: WorkflowExecutionInfo['status']['name']): string | undefined {
  return Object.entries(STATUSES).find(([known]) => known === name)?.[1];
}

async function readRefusals(
  temporal: Client,
  closed: readonly WorkflowExecutionInfo[],
  refusals: Map<string, boolean>,
): Promise<void> {
  const failed = closed.filter(({ status }) => status.name === 'FAILED');
  const kept = new Set(failed.map(({ runId }) => runId));
  for (const runId of refusals.keys()) if (!kept.has(runId)) refusals.delete(runId);
  const unknown = failed.filter(({ runId }) => !refusals.has(runId));
  for (let from = 0; from < unknown.length; from += AT_ONCE) {
    const some = unknown.slice(from, from + AT_ONCE);
    await Promise.all(some.map(async (run) => refusals.set(run.runId, await wasRefused(temporal, run))));
  }
}

async function wasRefused(temporal: Client, { workflowId, runId }: WorkflowExecutionInfo): Promise<boolean> {
  const { history } = await temporal.workflowService.getWorkflowExecutionHistory({
    namespace: temporal.options.namespace,
    execution: { workflowId, runId },
    historyEventFilterType: CLOSE_EVENT,
  });
  const failure = history?.events?.at(-1)?.workflowExecutionFailedEventAttributes?.failure;
  return failure?.applicationFailureInfo?.type === REQUEST_REFUSED;
}
