import { setTimeout as delay } from 'node:timers/promises';
import { defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';

/**
 * The SDK's own retries of calls, which can be ended. It forgets the timer of a retry: one that strikes after its connection
 * was closed ends the process, with "Channel has been shut down".
 */
export class CallRetries {
  readonly #sdk = defaultGrpcRetryOptions();
  #lastAtMs = 0;
  #isOver = false;
  readonly interceptor = makeGrpcRetryInterceptor({
    retryableDecider: (attempt, status) => !this.#isOver && this.#sdk.retryableDecider(attempt, status),
    delayFunction: (attempt, status) => {
      const delayMs = this.#sdk.delayFunction(attempt, status);
      this.#lastAtMs = Math.max(this.#lastAtMs, Date.now() + delayMs);
      return delayMs;
    },
  });

  /** Resolves when no timer is left. Each that was set may strike once more; what it sends is not tried again. */
  async end(): Promise<void> {
    this.#isOver = true;
    const leftMs = this.#lastAtMs - Date.now();
    // A timer may strike a moment late, but those of one process in their order.
    if (leftMs > 0) await delay(leftMs + 1);
  }
}
