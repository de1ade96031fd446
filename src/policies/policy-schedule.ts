import { ScheduleOverlapPolicy } from '@temporalio/client';
import type { ScheduleDescription, ScheduleOptions } from '@temporalio/client';
import { formatDuration } from '../domain/duration';
import { POLICY_RUN_TYPE } from '../domain/messages';
import { checkedMs, policyRunInputSchema } from '../domain/policy';
import type { Policy, PolicyRunInput } from '../domain/policy';

/** In the memo of every schedule of ours: a schedule without it is somebody else's, whatever its id. */
const MADE_BY_MEMO = 'madeBy';
const MADE_BY = 'vault-jobs policies';

/** A run that was missed is made up for within this; later, the next one comes soon enough. */
const CATCH_UP_MS = 60_000;

/** Deployments that share a namespace keep their policies apart, as they do their jobs: by the task queue. */
export function schedulePrefix(taskQueue: string): string {
  return `${taskQueue}:policy:`;
}

export function scheduleIdOf(taskQueue: string, policyName: string): string {
  return schedulePrefix(taskQueue) + policyName;
}

/** A policy as a Schedule: runs never overlap, and those missed long ago are left out. */
export function scheduleOf(policy: Policy, taskQueue: string) {
  const scheduleId = scheduleIdOf(taskQueue, policy.name);
  const input: PolicyRunInput = { scheduleId, policy };
  return {
    scheduleId,
    spec:
      policy.every === undefined
        ? // Temporal keeps a cron as a calendar; the comment tells by which text it came about.
          { cronExpressions: [`${policy.cron ?? ''} # ${policy.cron ?? ''}`] }
        : { intervals: [{ every: checkedMs(policy.every) }] },
    action: {
      type: 'startWorkflow',
      workflowType: POLICY_RUN_TYPE,
      workflowId: `${scheduleId}:run`,
      taskQueue,
      args: [input],
      staticSummary: `policy ${policy.name}: ${inWords(policy)}`,
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCH_UP_MS },
    memo: { [MADE_BY_MEMO]: MADE_BY },
  } satisfies ScheduleOptions;
}

export function isOurs(schedule: { memo?: Record<string, unknown> }): boolean {
  return schedule.memo?.[MADE_BY_MEMO] === MADE_BY;
}

/** The policy that a schedule holds; undefined where somebody edited it into something else. */
export function policyIn(description: Pick<ScheduleDescription, 'action'>): Policy | undefined {
  const parsed = policyRunInputSchema.safeParse(description.action.args?.[0]);
  return parsed.success ? parsed.data.policy : undefined;
}

/** `cancel up to 5 older than 6h` */
export function inWords(policy: Policy): string {
  const { action, olderThan, maxCancels, dryRun } = policy;
  const older = `older than ${formatDuration(checkedMs(olderThan))}`;
  if (action === 'report') return `report what is ${older}`;
  return `cancel up to ${maxCancels} ${older}${dryRun ? ' (dry run)' : ''}`;
}

export function whenInWords({ every, cron }: Policy): string {
  return every === undefined ? `cron ${cron ?? ''}` : `every ${every}`;
}
