import type { Client } from '@temporalio/client';

/** Resets a job to its first workflow task: what it has done since is forgotten, signals are re-applied. */
export async function resetToItsBeginning(temporal: Client, jobId: string): Promise<void> {
  const handle = temporal.workflow.getHandle(jobId);
  const { runId } = await handle.describe();
  const { events } = await handle.fetchHistory();
  const firstTask = events!.find((event) => event.workflowTaskCompletedEventAttributes)!;
  await temporal.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: jobId, runId },
    workflowTaskFinishEventId: firstTask.eventId!,
    requestId: `reset-${jobId}`,
    reason: 'test',
  });
}
