import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { WORKFLOW_TYPES } from '../domain/messages';
import { quote } from './list-filter';

/** Ids that one question holds; each has up to 1,000 characters. */
const IDS_AT_ONCE = 50;

/** What every query of ours begins with. */
export const JOBS_ONLY = `WorkflowType IN (${Object.values(WORKFLOW_TYPES).map(quote).join(', ')})`;

/**
 * The runs that a query finds, without those that are no longer their job's: a reset leaves the earlier run behind,
 * closed, and with the attributes that it had. As true as visibility, which is a little behind.
 */
export async function* newestRuns(
  temporal: Client,
  query: string,
  pageSize: number,
): AsyncGenerator<WorkflowExecutionInfo> {
  let page: WorkflowExecutionInfo[] = [];
  for await (const run of temporal.workflow.list({ query, pageSize })) {
    page.push(run);
    if (page.length < pageSize) continue;
    yield* await withoutSuperseded(temporal, page);
    page = [];
  }
  yield* await withoutSuperseded(temporal, page);
}

/** One more question for each fifty jobs that are closed; an open run is always the newest. */
async function withoutSuperseded(
  temporal: Client,
  runs: readonly WorkflowExecutionInfo[],
): Promise<WorkflowExecutionInfo[]> {
  const closed = [...new Set(runs.filter(isClosed).map(({ workflowId }) => workflowId))];
  const newest = new Map<string, WorkflowExecutionInfo>();
  for (let from = 0; from < closed.length; from += IDS_AT_ONCE) {
    const ids = closed.slice(from, from + IDS_AT_ONCE).map(quote);
    const query = `${JOBS_ONLY} AND WorkflowId IN (${ids.join(', ')})`;
    for await (const run of temporal.workflow.list({ query, pageSize: 1000 })) {
      const known = newest.get(run.workflowId);
      if (known === undefined || endOf(run) > endOf(known)) newest.set(run.workflowId, run);
    }
  }
  return runs.filter(
    (run) => !isClosed(run) || (newest.get(run.workflowId)?.runId ?? run.runId) === run.runId,
  );
}

function isClosed({ closeTime }: WorkflowExecutionInfo): boolean {
  return closeTime !== undefined;
}

/** A run begins only when the one before it has ended. */
function endOf({ closeTime }: WorkflowExecutionInfo): number {
  return closeTime?.getTime() ?? Number.POSITIVE_INFINITY;
}
