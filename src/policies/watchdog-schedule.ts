import { ScheduleAlreadyRunning, ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { WATCHDOG_TYPE } from '../domain/watchdog';

export function watchdogScheduleId(taskQueue: string): string {
  return `${taskQueue}:watchdog`;
}

/** Makes sure that the watchdog runs so often. One that a person has paused stays paused. */
export async function keepWatchdog(temporal: Client, taskQueue: string, everyMs: number): Promise<void> {
  const scheduleId = watchdogScheduleId(taskQueue);
  const spec = { intervals: [{ every: everyMs }] };
  try {
    await temporal.schedule.create({
      scheduleId,
      spec,
      action: {
        type: 'startWorkflow',
        workflowType: WATCHDOG_TYPE,
        workflowId: `${scheduleId}:run`,
        taskQueue,
        args: [],
        staticSummary: 'Takes up jobs whose workflows were ended from outside',
      },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const handle = temporal.schedule.getHandle(scheduleId);
    const { spec: present } = await handle.describe();
    if (present.intervals?.[0]?.every === everyMs) return;
    await handle.update((schedule) => ({ ...schedule, spec }));
  }
}

export async function dropWatchdog(temporal: Client, taskQueue: string): Promise<void> {
  try {
    await temporal.schedule.getHandle(watchdogScheduleId(taskQueue)).delete();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
}
