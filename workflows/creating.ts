import type { Job } from './job';
import { stepUnless } from './step-unless';

/**
 * Makes something remote, until a cancel is asked for: then nothing more is sent, and a look tells whether an
 * attempt that was under way made it. A cancel is so never lost between a request and the name of its target.
 */
export async function makeUnlessCancelled<T>(
  job: Job,
  make: () => Promise<T>,
  lookForIt: () => Promise<T>,
): Promise<T> {
  const made = await stepUnless(
    () => job.cancel.asked,
    () => {
      // A step that is cancelled in the task that asks for it is never scheduled.
      if (!job.cancel.asked) job.hasSentNothing = false;
      return make();
    },
  );
  return made.type === 'DONE' ? made.result : lookForIt();
}
