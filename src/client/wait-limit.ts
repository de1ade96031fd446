import { once } from 'node:events';
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
  const ended = AbortSignal.any(signals);
  // Ends the call under way, too. A worker's native connection does not heed it, hence the race.
  const waiting = temporal.withAbortSignal(ended, wait);
  waiting.catch(() => undefined);
  try {
    return await Promise.race([waiting, rejectOnce(ended)]);
  } catch (error) {
    signal?.throwIfAborted();
    if (limit?.aborted !== true) throw error;
    throw new WaitTimeoutError(`It has not ended within ${timeoutMs} ms; it goes on`, { cause: error });
  }
}

async function rejectOnce(signal: AbortSignal): Promise<never> {
  await once(signal, 'abort');
  throw signal.reason;
}
