import type { ActivityDeps } from '../deps';
import type { Waiter } from './admission-port';

/**
 * Ends the steps that wait for their turns. Answers which of the jobs are over: their turns go to the next.
 * A job that waits no more under this name and is open learns of its turn when it looks. Safe to repeat.
 */
export async function admitWaiters(
  deps: ActivityDeps,
  { waiters, until }: { waiters: Waiter[]; until: string },
): Promise<{ gone: string[] }> {
  const gone: string[] = [];
  for (const waiter of waiters) {
    const told = await deps.admission.endWaiting(waiter, { type: 'ADMITTED', until });
    if (!told && !(await deps.admission.isOpen(waiter.jobId))) gone.push(waiter.jobId);
  }
  return { gone };
}
