import { CancellationScope, sleep } from '@temporalio/workflow';

/**
 * Waits like `sleep`, and ends with the scope around it like that, but leaves the timer be: the workflow's end
 * takes it along without an event in the history.
 */
export async function sleepUnlessEnded(ms: number, summary: string): Promise<void> {
  const timer = CancellationScope.nonCancellable(() => sleep(ms, { summary }));
  await Promise.race([timer, CancellationScope.current().cancelRequested]);
}
