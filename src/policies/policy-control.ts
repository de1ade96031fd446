import { ScheduleNotFoundError } from '@temporalio/client';
import type { Client, ScheduleDescription, ScheduleHandle } from '@temporalio/client';
import { BadInputError } from '../client/errors';
import { reachTemporal } from '../client/reach-temporal';
import type { Policy } from '../domain/policy';
import { policiesInPlace } from './apply-policies';
import { isOurs, policyIn, scheduleIdOf } from './policy-schedule';

/** A policy as it stands on the server. */
export interface PolicyStatus {
  name: string;
  /** Absent where its schedule was edited by hand into something that is no policy. */
  policy?: Policy;
  paused: boolean;
  /** Who paused or resumed it, and why. */
  note?: string;
  /** ISO. */
  lastRunAt?: string;
  nextRunAt?: string;
  running: boolean;
}

export async function listPolicies(temporal: Client, taskQueue: string): Promise<PolicyStatus[]> {
  return reachTemporal(async () => {
    const names = (await policiesInPlace(temporal, taskQueue)).map(({ name }) => name);
    const found = await Promise.all(
      names.map(async (name) => {
        try {
          return await policyStatus(temporal, taskQueue, name);
        } catch (error) {
          // Deleted since it was listed.
          if (error instanceof BadInputError) return undefined;
          throw error;
        }
      }),
    );
    return found.filter((status) => status !== undefined);
  });
}

/** @throws BadInputError where there is no such policy */
export async function policyStatus(temporal: Client, taskQueue: string, name: string): Promise<PolicyStatus> {
  const { description } = await findSchedule(temporal, taskQueue, name);
  const { state, info } = description;
  const policy = policyIn(description);
  const next = state.paused ? undefined : info.nextActionTimes[0];
  const last = info.recentActions.at(-1)?.takenAt;
  return {
    name,
    ...(policy && { policy }),
    paused: state.paused,
    ...(state.note && { note: state.note }),
    ...(last && { lastRunAt: last.toISOString() }),
    ...(next && { nextRunAt: next.toISOString() }),
    running: info.runningActions.length > 0,
  };
}

/** From then on no run starts, and one under way asks no more. @throws BadInputError */
export async function pausePolicy(
  temporal: Client,
  taskQueue: string,
  name: string,
  note: string,
): Promise<void> {
  await (await findSchedule(temporal, taskQueue, name)).handle.pause(note);
}

/** @throws BadInputError */
export async function resumePolicy(
  temporal: Client,
  taskQueue: string,
  name: string,
  note: string,
): Promise<void> {
  await (await findSchedule(temporal, taskQueue, name)).handle.unpause(note);
}

/** @throws BadInputError */
export async function deletePolicy(temporal: Client, taskQueue: string, name: string): Promise<void> {
  await (await findSchedule(temporal, taskQueue, name)).handle.delete();
}

export async function findSchedule(
  temporal: Client,
  taskQueue: string,
  name: string,
): Promise<{ handle: ScheduleHandle; description: ScheduleDescription }> {
  const handle = temporal.schedule.getHandle(scheduleIdOf(taskQueue, name));
  try {
    const description = await reachTemporal(() => handle.describe());
    if (isOurs(description)) return { handle, description };
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
  throw new BadInputError(`There is no policy ${name}: see the names with "vault-jobs policies list"`);
}
