import type { Client } from '@temporalio/client';
import { WaitTimeoutError } from './errors';

export interface WaitOptions {
  /** Ends the waiting, never the job: the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Ends the waiting with a `WaitTimeoutError`. Milliseconds. */
  timeoutMs?: number;
}

/** Waits no longer than the caller wants to; what is waited for goes on. */
export async function withinLimit<T>(
  temporal: Client,
  { signal, timeoutMs }: WaitOptions,
  wait: () => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const limit = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const signals = [signal, limit].filter((given) => given !== undefined);
  if (signals.length === 0) return wait();
  try {
    return await temporal.withAbortSignal(AbortSignal.any(signals), wait);
  } catch (error) {
    signal?.throwIfAborted();
    if (limit?.aborted !== true) throw error;
    throw new WaitTimeoutError(`It has not ended within ${timeoutMs} ms; it goes on`, { cause: error });
  }
}
