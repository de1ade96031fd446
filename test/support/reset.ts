import type { Client } from '@temporalio/client';
import { temporal as proto } from '@temporalio/proto';

type TaskEnd = proto.api.history.v1.IHistoryEvent;

/** Resets a job to its first workflow task: what it has done since is forgotten, signals are re-applied. */
export async function resetToItsBeginning(
  temporal: Client,
  jobId: string,
  options: { withoutRequests?: boolean } = {},
): Promise<void> {
  await resetTo(temporal, jobId, (taskEnds) => taskEnds[0], options);
}

/** Resets a job to its newest workflow task that is done. */
export async function resetToItsLastTask(
  temporal: Client,
  jobId: string,
  options: { withoutRequests?: boolean; before?: number } = {},
): Promise<void> {
  const { before = Infinity } = options;
  await resetTo(
    temporal,
    jobId,
    (taskEnds) => taskEnds.findLast(({ eventId }) => Number(eventId) <= before),
    options,
  );
}

async function resetTo(
  temporal: Client,
  jobId: string,
  choose: (taskEnds: TaskEnd[]) => TaskEnd | undefined,
  { withoutRequests = false }: { withoutRequests?: boolean },
): Promise<void> {
  const handle = temporal.workflow.getHandle(jobId);
  const { runId } = await handle.describe();
  const { events } = await handle.fetchHistory();
  const taskEnds = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes);
  const { RESET_REAPPLY_TYPE_NONE, RESET_REAPPLY_TYPE_ALL_ELIGIBLE } = proto.api.enums.v1.ResetReapplyType;
  await temporal.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: jobId, runId },
    workflowTaskFinishEventId: choose(taskEnds)!.eventId!,
    requestId: `reset-${jobId}-${runId}`,
    reason: 'test',
    resetReapplyType: withoutRequests ? RESET_REAPPLY_TYPE_NONE : RESET_REAPPLY_TYPE_ALL_ELIGIBLE,
  });
}
