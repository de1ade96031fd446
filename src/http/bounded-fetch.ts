import { AnswerRefusedError, readText } from './body';
import { startDeadline } from './deadline';

export interface AnswerBounds {
  /** For the whole answer: connection, headers and body together. */
  timeoutMs: number;
  maxBytes: number;
}

/** These may have no body, not even an empty one. */
const WITHOUT_BODY = new Set([204, 205, 304]);
/** They speak of the body as it travelled. */
const OF_THE_TRANSFER = ['content-encoding', 'content-length', 'transfer-encoding'];

/**
 * A fetch for small answers, whoever uses it: an answer is there as a whole, in time, or not at all. A redirect is an
 * answer like any other: what was sent, a credential most often, goes to this one address and nowhere else.
 */
export function boundedFetch(fetchImpl: typeof fetch, { timeoutMs, maxBytes }: AnswerBounds): typeof fetch {
  return async (input, init) => {
    const deadline = startDeadline(timeoutMs, init?.signal ?? undefined);
    try {
      const sent = { ...init, signal: deadline.signal, redirect: 'manual' as const };
      const response = await deadline.race(fetchImpl(input, sent));
      const text = await deadline.race(readText(response, maxBytes));
      return whole(response, text);
    } catch (error) {
      if (error instanceof AnswerRefusedError || deadline.ended() !== 'timeout') throw error;
      throw new DOMException('The answer did not come in time', 'TimeoutError');
    } finally {
      // Stops what a broken server still sends.
      deadline.cancel();
    }
  };
}

function whole({ status, headers }: Response, text: string): Response {
  const kept = new Headers(headers);
  for (const name of OF_THE_TRANSFER) kept.delete(name);
  return new Response(WITHOUT_BODY.has(status) ? null : text, { status, headers: kept });
}
