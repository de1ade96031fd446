import { ActivityCancellationType, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';
import type { z } from 'zod';
import type { Activities } from '../activities';
import type { StepInput } from '../activities/step';
import {
  adoptedExportAnswer,
  adoptedOperationAnswer,
  cancelAnswer,
  createdExportAnswer,
  deleteAnswer,
  evidenceAnswer,
  foundLinkAnswer,
  nativeCancelAnswer,
  nothingAnswer,
  recallAnswer,
  recordAnswer,
  startedCountAnswer,
  turnAnswer,
} from '../src/domain/step-answers';
import type { StepName } from '../src/domain/step-name';
import { taskQueues } from '../src/domain/task-queues';
import type { TaskQueues } from '../src/domain/task-queues';
import type { Timing } from '../src/domain/timing';
import type { WatchTarget } from '../src/domain/watch';
import type { Accepting } from './answered';
import { lostOrFailed, StepLost } from './step-lost';

/** For the ledger and for what else an attempt does beside its remote calls. */
const MARGIN_MS = 5_000;
/** How soon an attempt is repeated that died with its worker. */
const MAX_SILENCE_MS = 20_000;

/** The queue for slots has steps of its own. */
export type JobActivities = Omit<Activities, 'admitWaiters' | 'takeCensus'>;

/** Whoever keeps account of the steps that are under way. */
export interface StepAccount {
  begin(step: StepName): void;
  end(step: StepName): void;
}

/**
 * The job's activities, each on the queue of its class. None has a limit on attempts: a shutdown and an
 * outage cost attempts too. Waits between attempts come from the activities (`nextRetryDelay`), so the
 * retry policy speaks only of attempts that died. A step ends by an answer of its own: whatever else ends it throws
 * {@link StepLost}, and it is to run again.
 */
export function stepsFor(timing: Timing, account: StepAccount): JobActivities {
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

  /** Takes the result only if it is an answer: to this very question, where it repeats what was asked. */
  const answered =
    <I extends StepInput, R, S extends z.ZodType>(
      step: StepName,
      schema: S & Accepting<R, S>,
      run: (input: I) => Promise<R>,
      isToThis: (answer: R, input: I) => boolean = () => true,
    ) =>
    async (input: I): Promise<R> => {
      account.begin(step);
      const answer = await run(input)
        .catch((error: unknown) => {
          throw lostOrFailed(step, error);
        })
        .finally(() => account.end(step));
      if (schema.safeParse(answer).success && isToThis(answer, input)) return answer;
      throw new StepLost(step, 'It was completed in Temporal with what is no answer of its own');
    };

  const create = proxy(queues.create, 10, { ...waited, summary: 'Make it in Vault, once' });
  const count = proxy(queues.count, 10, { ...waited, summary: 'Start the count, once' });
  const find = proxy(queues.create, 10, { ...waited, summary: 'Look for what an earlier attempt made' });
  const adopt = proxy(queues.read, 1, { ...waited, summary: 'Check that it exists' });
  const findCount = proxy(queues.link, 10, { ...waited, summary: 'Look for what an earlier attempt made' });
  const link = proxy(queues.link, 10, { ...waited, summary: 'Look for the operation behind the export' });
  const turn = proxy(queues.workflow, 1, { ...dropped, summary: 'Wait for a slot in Vault' });
  const cancel = proxy(queues.cancel, 1, { ...waited, summary: 'Ask Vault to cancel' });
  const remove = proxy(queues.cancel, 2, { ...waited, summary: 'Delete the unfinished export' });
  const local = (summary: string) =>
    proxy(queues.workflow, 0, { ...waited, allowEagerDispatch: true, summary });
  return {
    takeTurn: answered('queue', turnAnswer, turn.takeTurn),
    createExport: answered('create', createdExportAnswer, create.createExport),
    startCount: answered('create', startedCountAnswer, count.startCount),
    findCreatedExport: answered('find', createdExportAnswer, find.findCreatedExport),
    findStartedCount: answered('find', startedCountAnswer, findCount.findStartedCount),
    adoptExport: answered(
      'adopt',
      adoptedExportAnswer,
      adopt.adoptExport,
      (answer, { exportId }) => answer.type !== 'FOUND' || answer.exportId === exportId,
    ),
    adoptOperation: answered(
      'adopt',
      adoptedOperationAnswer,
      adopt.adoptOperation,
      (answer, { operationName }) => answer.type !== 'FOUND' || answer.operationName === operationName,
    ),
    findLinkedOperation: answered('find-link', foundLinkAnswer, link.findLinkedOperation),
    watch: answered('watch', evidenceAnswer, (input) =>
      proxy(watchQueue(queues, input.target), 10, {
        ...dropped,
        summary: 'Watch until an end is proven',
      }).watch(input),
    ),
    cancelOperation: answered('cancel', cancelAnswer, cancel.cancelOperation),
    deleteExport: answered('delete', deleteAnswer, remove.deleteExport),
    recall: answered('recall', recallAnswer, local('Read what earlier runs were asked and made').recall),
    recordOutcome: answered(
      'record',
      recordAnswer,
      local('Record the outcome').recordOutcome,
      (answer, { record }) => answer.startedAt === record.startedAt && answer.outcome === record.outcome,
    ),
    writeJournal: answered('write', nothingAnswer, local('Record requests').writeJournal),
    writeBackCancel: answered(
      'write-back',
      nativeCancelAnswer,
      local('Keep the cancellation for a reset').writeBackCancel,
    ),
  };
}

/** A cancelled export is read by itself and often, and must not crowd out the others. */
function watchQueue(queues: TaskQueues, { exportId, cancelSentAt }: WatchTarget): string {
  if (exportId === undefined) return queues.watchOperation;
  return cancelSentAt === undefined ? queues.watch : queues.read;
}
