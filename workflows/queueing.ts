import type { Turn } from '../activities/admission/take-turn';
import type { Job } from './job';
import { stepUnless } from './step-unless';

/**
 * Waits in the queue for one of Vault's slots. Undefined where a cancel came first: nothing was sent then, and
 * the job's end takes it out of the queue.
 */
export async function waitForTurn(job: Job, priority: number): Promise<Turn | undefined> {
  if (job.cancel.asked) return undefined;
  const waited = await stepUnless(
    () => job.cancel.asked,
    () => job.step((input) => job.steps.takeTurn({ ...input, priority })),
  );
  return waited.type === 'DONE' ? waited.result : undefined;
}
