import type { JsonObject } from '../src/domain/json';
import type { Attempt } from './attempt';
import type { Failure } from './failure-table';

/** The steps that change something remote; reads leave no line each. */
export type LoggedStep = 'create' | 'cancel' | 'delete';

/** The two lines an attempt leaves in the ledger. One killed in between stays begun, its answer unknown. */
export interface LoggedCall {
  /** How the call is to be made: an attempt that slept since its note was written sends nothing any more. */
  options: { timeoutMs: number; notAfterMs: number };
  ok(detail?: JsonObject): void;
  failed(failure: Failure): void;
}

/**
 * Writes "begun" before it resolves; the answer is written with the attempt's end. The call has to go out within the time
 * that one request has: an attempt that Temporal has given up meanwhile must not act beside the next one, which takes what
 * this one may have made for settled only later.
 */
export async function beginCall<S>(
  attempt: Attempt<S>,
  step: LoggedStep,
  about: JsonObject,
  { requestTimeoutMs: timeoutMs }: { requestTimeoutMs: number },
): Promise<LoggedCall> {
  const notAfterMs = Date.now() + timeoutMs;
  const begun = { ...about, step, attempt: attempt.id };
  await attempt.noteNow({ type: 'ATTEMPT_BEGUN', detail: begun });
  return {
    options: { timeoutMs, notAfterMs },
    ok: (detail) => attempt.note({ type: 'ATTEMPT_ANSWERED', detail: { ...begun, answer: 'OK', ...detail } }),
    failed: ({ type, executed, detail }) =>
      attempt.note({ type: 'ATTEMPT_ANSWERED', detail: { ...begun, answer: type, executed, detail } }),
  };
}
