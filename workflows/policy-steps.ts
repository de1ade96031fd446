import { ActivityCancellationType, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { PolicyActivities } from '../activities/policy';
import { askedAnswer, followedAnswer, surveyAnswer } from '../src/domain/scan-answers';
import { taskQueues } from '../src/domain/task-queues';
import { answeredOrFailed } from './answered';

/** Listing and asking 1,000 jobs takes a minute or two; a run that cannot do it in this has met an outage. */
const LIMIT_MS = 30 * 60_000;
/** Longer than a group of jobs may keep a step waiting for their answers. */
const MAX_SILENCE_MS = 20_000;

/** The steps of a run, on a queue of their own. Cancelled, a step still tells what it did. */
export function policySteps(waitForMs: number): PolicyActivities {
  const { policy: taskQueue } = taskQueues(workflowInfo().taskQueue);
  const proxy = (limitMs: number, summary: string) =>
    proxyActivities<PolicyActivities>({
      taskQueue,
      summary,
      scheduleToCloseTimeout: limitMs,
      heartbeatTimeout: MAX_SILENCE_MS,
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      retry: { initialInterval: '2 seconds', maximumInterval: '1 minute' },
    });
  return {
    lookAtJobs: answeredOrFailed(surveyAnswer, proxy(LIMIT_MS, 'Look at every matching job').lookAtJobs),
    askJobs: answeredOrFailed(askedAnswer, proxy(LIMIT_MS, 'Ask stale jobs to cancel').askJobs),
    followJobs: answeredOrFailed(
      followedAnswer,
      proxy(waitForMs + LIMIT_MS, 'Wait for what becomes of them').followJobs,
    ),
  };
}
