import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { EndedJob, WatchdogDeps } from '../../activities/watchdog/deps';
import { decrypted } from '../client/decrypted';
import { findOpenJob } from '../client/job-status';
import { quote } from '../client/list-filter';
import { WORKFLOW_TYPES } from '../domain/messages';
import { OUTCOME } from '../domain/search-attributes';
import { TAKEN_UP_BY_MEMO } from '../domain/watchdog';
import type { Ledger } from '../ledger/ledger';

/** What the watchdog sees of Temporal: the jobs of one deployment, told by their task queue. */
export function watchdogDeps(temporal: Client, ledger: Ledger, taskQueue: string): WatchdogDeps {
  return {
    ledger,
    endedWithoutRecord: () => endedWithoutRecord(temporal, taskQueue),
    isClosed: async (jobId) => (await findOpenJob(temporal, jobId)) === undefined,
    startAgain: (job, runId) => startAgain(temporal, job, { runId, taskQueue }),
  };
}

async function* endedWithoutRecord(temporal: Client, taskQueue: string): AsyncIterable<string> {
  const types = Object.values(WORKFLOW_TYPES).map(quote);
  const query = `WorkflowType IN (${types.join(', ')}) AND ExecutionStatus IN ('Terminated', 'TimedOut', 'Failed') AND ${OUTCOME.name} IS NULL`;
  for await (const job of temporal.workflow.list({ query, pageSize: 200 }))
    if (job.taskQueue === taskQueue) yield job.workflowId;
}

/** With its memo and its attributes; a run that reads the ledger needs no more. */
async function startAgain(
  temporal: Client,
  { jobId, kind }: EndedJob,
  { runId, taskQueue }: { runId: string; taskQueue: string },
): ReturnType<WatchdogDeps['startAgain']> {
  try {
    const handle = temporal.workflow.getHandle(jobId, runId);
    const [{ memo, typedSearchAttributes }, request] = await Promise.all([
      handle.describe(),
      firstArgument(temporal, jobId, runId),
    ]);
    if (request === undefined) return 'FORGOTTEN';
    await temporal.workflow.start(WORKFLOW_TYPES[kind], {
      workflowId: jobId,
      taskQueue,
      args: [request],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
      memo: { ...memo, [TAKEN_UP_BY_MEMO]: 'watchdog' },
      typedSearchAttributes,
    });
    return 'RUNS';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'FORGOTTEN';
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    // Somebody was quicker, or something that is no job has the id.
    return (await findOpenJob(temporal, jobId)) ? 'RUNS' : 'ID_HELD_BY_ANOTHER';
  }
}

async function firstArgument(temporal: Client, jobId: string, runId: string): Promise<unknown> {
  const { history } = await temporal.workflowService.getWorkflowExecutionHistory({
    namespace: temporal.options.namespace,
    execution: { workflowId: jobId, runId },
    maximumPageSize: 1,
  });
  const payload = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  if (payload === undefined) return undefined;
  const { payloadCodecs, payloadConverter } = temporal.options.loadedDataConverter;
  let decoded = [payload];
  const place = { type: 'workflow', namespace: temporal.options.namespace, workflowId: jobId } as const;
  for (const codec of payloadCodecs.toReversed()) decoded = await codec.decode(decoded, place);
  const [first] = decoded;
  return first && decrypted(payloadConverter.fromPayload(first));
}
