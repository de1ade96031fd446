import { ActivityCancellationType, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { taskQueues } from '../src/domain/task-queues';
import type { TaskQueues } from '../src/domain/task-queues';
import type { Timing } from '../src/domain/timing';
import type { WatchTarget } from '../src/domain/watch';

/** For the ledger and for what else an attempt does beside its remote calls. */
const MARGIN_MS = 5_000;
/** How soon an attempt is repeated that died with its worker. */
const MAX_SILENCE_MS = 20_000;

/** The queue for slots has steps of its own. */
export type JobActivities = Omit<Activities, 'admitWaiters' | 'takeCensus'>;

/**
 * The job's activities, each on the queue of its class. None has a limit on attempts: a shutdown and an
 * outage cost attempts too. Waits between attempts come from the activities (`nextRetryDelay`), so the
 * retry policy speaks only of attempts that died.
 */
export function stepsFor(timing: Timing): JobActivities {
  const queues = taskQueues(workflowInfo().taskQueue);
  const proxy = (taskQueue: string, calls: number, options: ActivityOptions = {}) =>
    proxyActivities<Activities>({
      taskQueue,
      startToCloseTimeout: calls * timing.requestTimeoutMs + MARGIN_MS,
      heartbeatTimeout: Math.min(MAX_SILENCE_MS, 2 * timing.requestTimeoutMs),
      retry: { initialInterval: '2 seconds', backoffCoefficient: 1 },
      ...options,
    });
  // An attempt under way is waited for: its answer is evidence.
  const waited = { cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED };
  // A look under way is dropped: the next one reads everything anew.
  const dropped = { cancellationType: ActivityCancellationType.TRY_CANCEL };

  const create = proxy(queues.create, 10, { ...waited, summary: 'Make it in Vault, once' });
  const count = proxy(queues.count, 10, { ...waited, summary: 'Start the count, once' });
  const find = proxy(queues.create, 10, { ...waited, summary: 'Look for what an earlier attempt made' });
  const adopt = proxy(queues.read, 1, { ...waited, summary: 'Check that it exists' });
  const findCount = proxy(queues.link, 10, { ...waited, summary: 'Look for what an earlier attempt made' });
  const link = proxy(queues.link, 10, { ...waited, summary: 'Look for the operation behind the export' });
  const local = { ...waited, allowEagerDispatch: true };
  return {
    takeTurn: proxy(queues.workflow, 1, { ...dropped, summary: 'Wait for a slot in Vault' }).takeTurn,
    createExport: create.createExport,
    startCount: count.startCount,
    findCreatedExport: find.findCreatedExport,
    findStartedCount: findCount.findStartedCount,
    adoptExport: adopt.adoptExport,
    adoptOperation: adopt.adoptOperation,
    findLinkedOperation: link.findLinkedOperation,
    watch: (input) =>
      proxy(watchQueue(queues, input.target), 10, {
        ...dropped,
        summary: 'Watch until an end is proven',
      }).watch(input),
    cancelOperation: proxy(queues.cancel, 1, { ...waited, summary: 'Ask Vault to cancel' }).cancelOperation,
    deleteExport: proxy(queues.cancel, 2, { ...waited, summary: 'Delete the unfinished export' })
      .deleteExport,
    recall: proxy(queues.workflow, 0, { ...local, summary: 'Read what earlier runs were asked and made' })
      .recall,
    recordOutcome: proxy(queues.workflow, 0, { ...local, summary: 'Record the outcome' }).recordOutcome,
    writeJournal: proxy(queues.workflow, 0, { ...local, summary: 'Record requests' }).writeJournal,
    writeBackCancel: proxy(queues.workflow, 0, { ...local, summary: 'Keep the cancellation for a reset' })
      .writeBackCancel,
  };
}

/** A cancelled export is read by itself and often, and must not crowd out the others. */
function watchQueue(queues: TaskQueues, { exportId, cancelSentAt }: WatchTarget): string {
  if (exportId === undefined) return queues.watchOperation;
  return cancelSentAt === undefined ? queues.watch : queues.read;
}
