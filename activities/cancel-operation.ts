import { mayHaveCancelled } from '../src/domain/prior-calls';
import type { FailureType } from './failure-table';
import { failureOf } from './failure-table';
import { runAttempt } from './attempt';
import type { Attempt, AttemptEnd } from './attempt';
import { beginCall } from './attempt-log';
import type { ActivityDeps } from './deps';
import type { StepInput } from './step';
import { untilSaidTwice } from './unimplemented';
import type { SaidUnimplemented } from './unimplemented';

/** What `:cancel` answered in the end. Only a later read says what became of the operation. */
export interface CancelReply {
  type: 'ACCEPTED' | 'UNSUPPORTED' | 'ALREADY_FINISHED' | 'NOT_FOUND' | 'REFUSED';
  detail: string;
  /** ISO: when the first attempt of this sending went out. */
  sentAt: string;
  answeredAt: string;
  /** It had ended by then, and an attempt of ours whose answer was lost may be the cause. */
  possiblyOurs?: true;
}

interface CancelState extends SaidUnimplemented {
  sentAt?: string;
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
  const nothingSent: CancelState = {};
  const sendOnce = async (attempt: Attempt<CancelState>): Promise<AttemptEnd<CancelReply>> => {
    const vault = deps.vaultFor(input.journal.job.tenant);
    const call = await beginCall(attempt, 'cancel', { operationName });
    const sentAt = (attempt.state.sentAt ??= new Date().toISOString());
    const reply = (type: CancelReply['type'], detail: string, more: { possiblyOurs?: true } = {}) => ({
      type: 'DONE' as const,
      result: { type, detail, sentAt, answeredAt: new Date().toISOString(), ...more },
    });
    try {
      await vault.cancelOperation(operationName, { timeoutMs: timing.requestTimeoutMs });
      call.ok();
      return reply('ACCEPTED', 'The server took the request; only a later read proves a cancel');
    } catch (error) {
      const failure = failureOf(error);
      call.failed(failure);
      const type = standingAnswer(failure.type);
      switch (type) {
        case undefined:
          return { type: 'FAILED', failure };
        case 'UNSUPPORTED':
          return untilSaidTwice(attempt.state, timing) ?? reply(type, failure.detail);
        case 'ALREADY_FINISHED':
        case 'NOT_FOUND': {
          const events = await deps.ledger.events(input.journal.job.jobId);
          const possiblyOurs = mayHaveCancelled(events, attempt.id);
          return reply(type, failure.detail, possiblyOurs ? { possiblyOurs } : {});
        }
        case 'ACCEPTED':
        case 'REFUSED':
          return reply(type, failure.detail);
      }
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
