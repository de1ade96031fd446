import { mayHaveDeleted } from '../src/domain/prior-calls';
import { runAttempt } from './attempt';
import type { AttemptEnd } from './attempt';
import { beginCall } from './attempt-log';
import type { ActivityDeps } from './deps';
import { asReadFailure, failureOf } from './failure-table';
import type { StepInput } from './step';

export type DeleteReply =
  /** Deleted while a re-read still showed it in progress. */
  | { type: 'DELETED' }
  /**
   * It had ended, or could not be judged, so it was left alone. `possiblyOurs`: should it vanish all the same, an
   * earlier delete of ours whose answer was lost may be the cause.
   */
  | { type: 'LEFT_ALONE'; status: string; possiblyOurs?: true }
  /** It was not there, and no delete of ours can have done it. */
  | { type: 'GONE_ALREADY' }
  | { type: 'REFUSED'; detail: string; possiblyOurs?: true };

/**
 * Deletes an export, and only one that a re-read just before still shows in progress: Vault has no
 * precondition on delete, so this is as close as one can come. Repeating finds it gone and says DELETED.
 */
export async function deleteExport(
  deps: ActivityDeps,
  input: StepInput & { matterId: string; exportId: string },
): Promise<DeleteReply> {
  const { matterId, exportId, timing } = input;
  const call = { timeoutMs: timing.requestTimeoutMs };
  return runAttempt(deps, 'delete', input, {}, async (attempt): Promise<AttemptEnd<DeleteReply>> => {
    const vault = deps.vaultFor(input.journal.job.tenant);
    /** Only now: no other ending asks for more than the call itself. */
    const sentBefore = async () =>
      mayHaveDeleted(await deps.ledger.events(input.journal.job.jobId), attempt.id);
    const isGone = async (): Promise<AttemptEnd<DeleteReply>> => ({
      type: 'DONE',
      result: { type: (await sentBefore()) ? 'DELETED' : 'GONE_ALREADY' },
    });
    const standsAsIs = async (
      reply: Extract<DeleteReply, { type: 'LEFT_ALONE' | 'REFUSED' }>,
    ): Promise<AttemptEnd<DeleteReply>> => ({
      type: 'DONE',
      result: (await sentBefore()) ? { ...reply, possiblyOurs: true } : reply,
    });
    try {
      const { status } = await vault.getExport(matterId, exportId, call);
      // Nothing but IN_PROGRESS may be deleted.
      if (status !== 'IN_PROGRESS') return await standsAsIs({ type: 'LEFT_ALONE', status });
    } catch (error) {
      const failure = failureOf(error);
      if (failure.type !== 'NOT_FOUND') return { type: 'FAILED', failure: asReadFailure(failure) };
      return await isGone();
    }
    const logged = await beginCall(attempt, 'delete', { matterId, exportId });
    try {
      await vault.deleteExport(matterId, exportId, call);
      logged.ok();
      return { type: 'DONE', result: { type: 'DELETED' } };
    } catch (error) {
      const failure = failureOf(error);
      logged.failed(failure);
      if (failure.pace !== 'never') return { type: 'FAILED', failure };
      if (failure.type === 'NOT_FOUND') return await isGone();
      return await standsAsIs({ type: 'REFUSED', detail: failure.detail });
    }
  });
}
