import { isDeepStrictEqual } from 'node:util';
import { ScheduleNotFoundError, WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { isUnanswered } from '../client/reach-temporal';
import { formatDuration } from '../domain/duration';
import { CANCEL_SIGNAL } from '../domain/messages';
import { checkedMs } from '../domain/policy';
import type { Policy, PolicyRunInput } from '../domain/policy';
import { conditionOf } from '../domain/policy-standing';
import type { Sentence } from '../domain/policy-report';
import { policyIn } from './policy-schedule';
import { AT_ONCE } from './survey';

export type Answer =
  /** Durable: the job acts on it whether or not anybody waits. */
  { jobId: string; type: 'ASKED' } | { jobId: string; type: 'NOT_ASKED'; sentence: Sentence };

/**
 * Asks jobs to cancel, some at a time, for as long as the policy stands. Each request carries the policy's
 * condition for the job itself to check, and an id by which a repeat of this counts once.
 */
export async function* askToCancel(
  temporal: Client,
  { scheduleId, policy }: PolicyRunInput,
  requestId: string,
  jobIds: readonly string[],
  calledOff: () => string | undefined,
): AsyncGenerator<Answer[]> {
  for (let from = 0; from < jobIds.length; from += AT_ONCE) {
    const some = jobIds.slice(from, from + AT_ONCE);
    const because = calledOff() ?? (await whyNoLonger(temporal, scheduleId, policy));
    yield because === undefined
      ? await Promise.all(some.map((jobId) => ask(temporal, policy, requestId, jobId)))
      : some.map((jobId) => ({ jobId, type: 'NOT_ASKED', sentence: { type: 'CALLED_OFF', because } }));
  }
}

/** Why a policy stands no longer as a run began with it; undefined where it does. */
async function whyNoLonger(
  temporal: Client,
  scheduleId: string,
  policy: Policy,
): Promise<string | undefined> {
  try {
    const description = await temporal.schedule.getHandle(scheduleId).describe();
    if (description.state.paused) return 'the policy was paused';
    return isDeepStrictEqual(policyIn(description), policy) ? undefined : 'the policy was changed';
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return 'the policy was deleted';
    throw error;
  }
}

async function ask(temporal: Client, policy: Policy, requestId: string, jobId: string): Promise<Answer> {
  const { name, olderThan, allowDelete } = policy;
  try {
    await temporal.workflow.getHandle(jobId).signal(CANCEL_SIGNAL, {
      requestId,
      source: 'policy',
      requestedBy: `policy:${name}`,
      reason: `Policy ${name}: older than ${formatDuration(checkedMs(olderThan))}`,
      onlyIf: conditionOf(policy),
      ...(allowDelete === false && { allowDelete }),
    });
    return { jobId, type: 'ASKED' };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) {
      return { jobId, type: 'NOT_ASKED', sentence: { type: 'FINISHED_MEANWHILE' } };
    }
    if (isUnanswered(error)) throw error;
    // A job may have had all the signals that the server grants it; that is no reason to leave out the others.
    const because = error instanceof Error ? error.message : 'Temporal refused the signal';
    return { jobId, type: 'NOT_ASKED', sentence: { type: 'FAILED', because } };
  }
}
