import type { Connection } from '@temporalio/client';
import type { Settings } from '../../config/settings';
import { formatDuration } from '../../domain/duration';
import { JOB_QUEUES, taskQueues } from '../../domain/task-queues';
import type { TaskQueues } from '../../domain/task-queues';
import { isNamespaceNotFound } from '../grpc-cause';
import { fail, needed, ok } from './check';
import type { Check, Finding } from './check';

/** temporal.api.enums.v1.TaskQueueType */
const QUEUE_TYPE = { WORKFLOW: 1, ACTIVITY: 2 } as const;

/** What each queue's tasks are. The first holds activities too. */
const TYPES: { [queue in keyof TaskQueues]: readonly (keyof typeof QUEUE_TYPE)[] } = {
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

/** A poll returns after a minute at most; the server remembers a poller for five. */
const GONE_AFTER_MS = 2 * 60_000;

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
        TYPES[work].map(async (type) => pollersOf(await server(), temporal.namespace, queues[work], type)),
      );
      return pollers.map(judge).toSorted(worstFirst)[0] ?? judge([]);
    },
  }));
}

interface Poller {
  identity: string;
  seenMs: number;
}

async function pollersOf(
  connection: Connection,
  namespace: string,
  taskQueue: string,
  type: keyof typeof QUEUE_TYPE,
): Promise<Poller[]> {
  try {
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: taskQueue },
      taskQueueType: QUEUE_TYPE[type],
    });
    return pollers.map(({ identity, lastAccessTime }) => ({
      identity: identity ?? '',
      seenMs: Number(lastAccessTime?.seconds ?? 0) * 1000,
    }));
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
