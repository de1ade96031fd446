import type { JsonObject } from '../src/domain/json';
import { CANCEL_SIGNAL } from '../src/domain/messages';
import { runAttempt } from './attempt';
import type { ActivityDeps } from './deps';
import type { StepInput } from './step';

/** Who asked through Temporal, and why, as far as its history says. */
export interface NativeCancel {
  requestedBy?: string;
  reason?: string;
}

/**
 * Sends the job the `cancel` signal that a native cancellation stands for: Reset re-applies signals and forgets native
 * cancellations. The reason and the caller are read from Temporal's history, because the SDK keeps them from the
 * workflow (https://github.com/temporalio/sdk-typescript/issues/1626), and go back as this step's answer. Repeats carry the
 * same request id and count once.
 */
export async function writeBackCancel(
  deps: ActivityDeps,
  input: StepInput & { request: JsonObject },
): Promise<NativeCancel> {
  return runAttempt(deps, 'write-back', input, {}, async () => {
    const { job } = input.journal;
    const words = await deps.nativeCancelOf(job);
    await deps.signalJob(job, CANCEL_SIGNAL, { ...input.request, ...words });
    return { type: 'DONE', result: words };
  });
}
