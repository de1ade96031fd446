import { isDeepStrictEqual } from 'node:util';
import { ScheduleAlreadyRunning, ScheduleNotFoundError } from '@temporalio/client';
import type { Client, ScheduleDescription } from '@temporalio/client';
import { BadInputError } from '../client/errors';
import { reachTemporal } from '../client/reach-temporal';
import { checkedMs } from '../domain/policy';
import type { Policy } from '../domain/policy';
import { isOurs, policyIn, scheduleIdOf, scheduleOf, schedulePrefix } from './policy-schedule';

export interface Applied {
  name: string;
  change: 'created' | 'updated' | 'unchanged' | 'deleted';
  paused: boolean;
}

/**
 * Makes the schedules be what the file says: creates, updates, and deletes those of ours that it no longer
 * names. A paused one stays paused. Doing it again changes nothing.
 */
export async function applyPolicies(
  temporal: Client,
  policies: readonly Policy[],
  { taskQueue, dryRun }: { taskQueue: string; dryRun: boolean },
): Promise<Applied[]> {
  return reachTemporal(async () => {
    const found = await Promise.all(
      policies.map((policy) => describe(temporal, scheduleIdOf(taskQueue, policy.name))),
    );
    const foreign = policies.filter((_, i) => found[i] && !isOurs(found[i]));
    if (foreign.length > 0) {
      const names = foreign.map(({ name }) => scheduleIdOf(taskQueue, name)).join(', ');
      throw new BadInputError(`Not made by vault-jobs, so left alone: schedule ${names}; rename the policy`);
    }
    const applied: Applied[] = [];
    for (const [i, policy] of policies.entries()) {
      applied.push(await applyOne(temporal, policy, found[i], { taskQueue, dryRun }));
    }
    const kept = new Set(policies.map(({ name }) => name));
    for (const { name, paused } of await policiesInPlace(temporal, taskQueue)) {
      if (kept.has(name)) continue;
      if (!dryRun) await remove(temporal, scheduleIdOf(taskQueue, name));
      applied.push({ name, change: 'deleted', paused });
    }
    return applied;
  });
}

async function applyOne(
  temporal: Client,
  policy: Policy,
  found: ScheduleDescription | undefined,
  { taskQueue, dryRun }: { taskQueue: string; dryRun: boolean },
): Promise<Applied> {
  const { name } = policy;
  const wanted = scheduleOf(policy, taskQueue);
  if (found === undefined) {
    if (!dryRun) await create(temporal, wanted);
    return { name, change: 'created', paused: false };
  }
  const { paused } = found.state;
  if (isAsWanted(found, policy, taskQueue)) return { name, change: 'unchanged', paused };
  if (!dryRun) {
    await temporal.schedule.getHandle(wanted.scheduleId).update(({ state }) => {
      const { spec, action, policies } = wanted;
      return { spec, action, policies, state };
    });
  }
  return { name, change: 'updated', paused };
}

async function create(temporal: Client, wanted: ReturnType<typeof scheduleOf>): Promise<void> {
  try {
    await temporal.schedule.create(wanted);
  } catch (error) {
    // Two who apply at once: the schedule is there, and the next apply makes it what its file says.
    if (error instanceof ScheduleAlreadyRunning) {
      throw new BadInputError('Somebody else applies policies at this very moment: apply again');
    }
    throw error;
  }
}

async function remove(temporal: Client, scheduleId: string): Promise<void> {
  try {
    await temporal.schedule.getHandle(scheduleId).delete();
  } catch (error) {
    // Somebody deleted it since it was listed, or before: visibility is a little behind.
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
}

/** Also what somebody may have changed by hand in Temporal's UI. */
function isAsWanted(found: ScheduleDescription, policy: Policy, taskQueue: string): boolean {
  const wanted = scheduleOf(policy, taskQueue);
  const { intervals, calendars } = found.spec;
  const sameTimes =
    policy.every === undefined
      ? intervals?.length === 0 && calendars?.length === 1 && calendars[0]?.comment === policy.cron
      : calendars?.length === 0 && intervals?.length === 1 && intervals[0]?.every === checkedMs(policy.every);
  return (
    sameTimes &&
    isDeepStrictEqual(policyIn(found), policy) &&
    found.action.workflowType === wanted.action.workflowType &&
    found.action.taskQueue === taskQueue &&
    found.policies.overlap === wanted.policies.overlap &&
    found.policies.catchupWindow === wanted.policies.catchupWindow
  );
}

/** Those of ours in this deployment. Visibility is a little behind. */
export async function policiesInPlace(
  temporal: Client,
  taskQueue: string,
): Promise<{ name: string; paused: boolean }[]> {
  const prefix = schedulePrefix(taskQueue);
  const names: { name: string; paused: boolean }[] = [];
  for await (const schedule of temporal.schedule.list()) {
    if (!schedule.scheduleId.startsWith(prefix) || !isOurs(schedule)) continue;
    names.push({ name: schedule.scheduleId.slice(prefix.length), paused: schedule.state.paused });
  }
  return names.toSorted((a, b) => a.name.localeCompare(b.name));
}

async function describe(temporal: Client, scheduleId: string): Promise<ScheduleDescription | undefined> {
  try {
    return await temporal.schedule.getHandle(scheduleId).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}
