import {
  CancellationScope,
  condition,
  defineSignal,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { BareActivities } from './bare-worker';

const cancelSignal = defineSignal('cancel');

function activities(): BareActivities {
  return proxyActivities<BareActivities>({
    // A queue of its own, as the one it is compared with has.
    taskQueue: `${workflowInfo().taskQueue}-activities`,
    startToCloseTimeout: '30 seconds',
    retry: { initialInterval: '1 hour' },
  });
}

/** The least that Temporal can do: a signal comes, and one activity sends one request. */
export async function bareCancel(operationName: string): Promise<void> {
  let asked = false;
  setHandler(cancelSignal, () => {
    asked = true;
  });
  await condition(() => asked);
  await activities().cancel(operationName);
}

/** As many activities as a job has: it waits for one that repeats, and does three more when it is asked to. */
export async function bareJob(operationName: string): Promise<void> {
  let asked = false;
  setHandler(cancelSignal, () => {
    asked = true;
  });
  const { cancel, lookUntilDone, read, record } = activities();
  const watching = new CancellationScope();
  const watched = watching.run(() => lookUntilDone(operationName)).catch(() => undefined);
  await condition(() => asked);
  await cancel(operationName);
  watching.cancel();
  await watched;
  await read(operationName);
  await record();
}
