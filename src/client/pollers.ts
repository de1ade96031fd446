import type { WorkflowService } from '@temporalio/client';

/** temporal.api.enums.v1.TaskQueueType */
const QUEUE_TYPE = { WORKFLOW: 1, ACTIVITY: 2 } as const;
export type QueueType = keyof typeof QUEUE_TYPE;

/** A poll returns after a minute at most; the server remembers a poller for five. */
export const GONE_AFTER_MS = 2 * 60_000;

export interface Poller {
  identity: string;
  seenMs: number;
}

/** Who has lately asked for work of a queue. */
export async function pollersOf(
  workflowService: WorkflowService,
  namespace: string,
  taskQueue: string,
  type: QueueType,
): Promise<Poller[]> {
  const { pollers } = await workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: QUEUE_TYPE[type],
  });
  return pollers.map(({ identity, lastAccessTime }) => ({
    identity: identity ?? '',
    seenMs: Number(lastAccessTime?.seconds ?? 0) * 1000,
  }));
}

/** A worker that is busy may answer nobody, and still takes work. */
export function isPolled(pollers: readonly Poller[], nowMs: number): boolean {
  return pollers.some(({ seenMs }) => nowMs - seenMs <= GONE_AFTER_MS);
}
