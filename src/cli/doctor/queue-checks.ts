import type { Connection } from '@temporalio/client';
import { GONE_AFTER_MS, pollersOf } from '../../client/pollers';
import type { Poller, QueueType } from '../../client/pollers';
import type { Settings } from '../../config/settings';
import { formatDuration } from '../../domain/duration';
import { JOB_QUEUES, taskQueues } from '../../domain/task-queues';
import type { TaskQueues } from '../../domain/task-queues';
import { isNamespaceNotFound } from '../grpc-cause';
import { fail, needed, ok } from './check';
import type { Check, Finding } from './check';

/** What each queue's tasks are. The first holds activities too. */
const TYPES: { [queue in keyof TaskQueues]: readonly QueueType[] } = {
  workflow: ['WORKFLOW', 'ACTIVITY'],
  cancel: ['ACTIVITY'],
  create: ['ACTIVITY'],
  count: ['ACTIVITY'],
  watch: ['ACTIVITY'],
  watchOperation: ['ACTIVITY'],
  read: ['ACTIVITY'],
  link: ['ACTIVITY'],
  policy: ['ACTIVITY'],
};

const CLASSES = ['workflow', ...JOB_QUEUES, 'policy'] as const;

/** Whether somebody takes work from each queue. */
export function queueChecks(
  { temporal, taskQueue }: Settings,
  connection: () => Promise<Connection>,
): Check[] {
  const server = needed(connection, 'Temporal does not answer');
  const queues = taskQueues(taskQueue);
  return CLASSES.map((work) => ({
    group: 'Workers',
    name: queues[work],
    run: async () => {
      const pollers = await Promise.all(
        TYPES[work].map(async (type) =>
          pollersOrNone(await server(), temporal.namespace, queues[work], type),
        ),
      );
      return pollers.map(judge).toSorted(worstFirst)[0] ?? judge([]);
    },
  }));
}

async function pollersOrNone(
  { workflowService }: Connection,
  namespace: string,
  taskQueue: string,
  type: QueueType,
): Promise<Poller[]> {
  try {
    return await pollersOf(workflowService, namespace, taskQueue, type);
  } catch (error) {
    // Said by a line of its own; to this one it is a queue like any other that nobody polls.
    if (isNamespaceNotFound(error)) return [];
    throw error;
  }
}

const ADVICE =
  'start one (vault-jobs worker) with this task queue and namespace; jobs wait until then, and nothing is lost';

function judge(pollers: Poller[]): Finding {
  const newest = Math.max(...pollers.map(({ seenMs }) => seenMs));
  if (pollers.length === 0) return fail('no worker polls it', ADVICE);
  const ageMs = Math.max(0, Date.now() - newest);
  const ago = `${formatDuration(Math.max(1000, ageMs))} ago`;
  if (ageMs > GONE_AFTER_MS) return fail(`no worker polls it; the last did ${ago}`, ADVICE);
  const live = pollers.filter(({ seenMs }) => Date.now() - seenMs <= GONE_AFTER_MS);
  const workers = new Set(live.map(({ identity }) => identity)).size;
  return ok(`${workers} worker${workers === 1 ? '' : 's'}, seen ${ago}`);
}

function worstFirst(a: Finding, b: Finding): number {
  return Number(a.status === 'ok') - Number(b.status === 'ok');
}
