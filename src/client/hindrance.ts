import { admissionId } from '../domain/admission-messages';
import type { JobRecord } from '../domain/job-record';
import type { PendingStep } from './pending-steps';

/** What a job cannot know itself and a person must: somebody paused a step of it, or its queue does not answer. */
export function hindrance(
  record: JobRecord,
  pending: readonly PendingStep[],
  { taskQueue, isQueueSilent }: { taskQueue: string; isQueueSilent: boolean },
): string | undefined {
  const step = pending.find(({ paused }) => paused !== undefined);
  if (step?.paused !== undefined) return pausedAdvice(record, step, step.paused);
  if (!isQueueSilent) return undefined;
  const queueId = admissionId(taskQueue, record.tenant);
  return (
    `The queue for Vault’s exports does not answer: look at the workflow ${queueId} in Temporal; ` +
    'where its tasks fail, terminate it, which loses nothing: the jobs that wait begin another.'
  );
}

function pausedAdvice(
  { jobId, cancel }: JobRecord,
  { step }: PendingStep,
  { activityId, by, reason }: NonNullable<PendingStep['paused']>,
): string {
  const who = by === undefined ? '' : ` by ${by}`;
  const why = reason === undefined ? '' : ` (${reason})`;
  const effect =
    cancel.disposition === 'PENDING' ? 'the cancel cannot act, and nothing goes on' : 'nothing goes on';
  return (
    `The step ${step} was paused in Temporal${who}${why}: ${effect} until somebody runs ` +
    `"temporal activity unpause --workflow-id ${jobId} --activity-id ${activityId}".`
  );
}
