import { CancellationScope, condition, sleep } from '@temporalio/workflow';
import type { Job } from './job';

/**
 * Waits like `sleep`, and ends with the scope around it like that, but leaves the timer be: the workflow's end
 * takes it along without an event in the history.
 */
export async function sleepUnlessEnded(ms: number, summary: string): Promise<void> {
  const timer = CancellationScope.nonCancellable(() => sleep(ms, { summary }));
  await Promise.race([timer, CancellationScope.current().cancelRequested]);
}

/** Until the job is so old, counted from its first run. An earlier run that becomes known later moves the end. */
export async function sleepUntilAge(job: Job, ageMs: number, summary: string): Promise<void> {
  for (;;) {
    if (job.holdsRequests) await condition(() => !job.holdsRequests);
    const { startedAt } = job;
    const leftMs = Math.max(1, Date.parse(startedAt) + ageMs - Date.now());
    const isOver = await Promise.race([
      sleepUnlessEnded(leftMs, summary).then(() => true),
      condition(() => job.startedAt !== startedAt).then(() => false),
    ]);
    if (isOver) return;
  }
}
