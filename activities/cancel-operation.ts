import type { FailureType } from './failure-table';
import { failureOf } from './failure-table';
import { runAttempt } from './attempt';
import type { Attempt, AttemptEnd } from './attempt';
import { beginCall } from './attempt-log';
import type { ActivityDeps } from './deps';
import type { StepInput } from './step';

/** What `:cancel` answered in the end. Only a later read says what became of the operation. */
export interface CancelReply {
  type: 'ACCEPTED' | 'UNSUPPORTED' | 'ALREADY_FINISHED' | 'NOT_FOUND' | 'REFUSED';
  detail: string;
  /** ISO: when the first attempt of this sending went out. */
  sentAt: string;
  answeredAt: string;
}

/**
 * Sends `operations.cancel` until the server gives an answer that stands, however long that takes. Asking
 * twice asks for the same end, so a lost answer is asked for again. A 200 proves nothing.
 * https://developers.google.com/workspace/vault/reference/rest/v1/operations/cancel
 */
export async function cancelOperation(
  deps: ActivityDeps,
  input: StepInput & { operationName: string },
): Promise<CancelReply> {
  const { operationName, timing } = input;
  const nothingSent: { sentAt?: string } = {};
  const sendOnce = async (attempt: Attempt<{ sentAt?: string }>): Promise<AttemptEnd<CancelReply>> => {
    const vault = deps.vaultFor(input.journal.job.tenant);
    const call = await beginCall(attempt, 'cancel', { operationName });
    const sentAt = (attempt.state.sentAt ??= new Date().toISOString());
    const reply = (type: CancelReply['type'], detail: string) => ({
      type: 'DONE' as const,
      result: { type, detail, sentAt, answeredAt: new Date().toISOString() },
    });
    try {
      await vault.cancelOperation(operationName, { timeoutMs: timing.requestTimeoutMs });
      call.ok();
      return reply('ACCEPTED', 'The server took the request; only a later read proves a cancel');
    } catch (error) {
      const failure = failureOf(error);
      call.failed(failure);
      const type = standingAnswer(failure.type);
      return type === undefined ? { type: 'FAILED', failure } : reply(type, failure.detail);
    }
  };
  return runAttempt(deps, 'cancel', input, nothingSent, sendOnce, { journalRides: true });
}

/** Undefined where asking again may still be answered. */
function standingAnswer(type: FailureType): CancelReply['type'] | undefined {
  switch (type) {
    case 'UNIMPLEMENTED':
      return 'UNSUPPORTED';
    case 'ALREADY_FINISHED':
    case 'NOT_FOUND':
    case 'REFUSED':
      return type;
    case 'TRANSIENT':
    case 'QUOTA':
    case 'SLOT':
    case 'ACCESS':
    case 'CREDENTIAL':
      return undefined;
  }
}
