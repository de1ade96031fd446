import { proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { WatchdogActivities } from '../activities/watchdog';
import { taskQueues } from '../src/domain/task-queues';
import type { WatchdogReport } from '../src/domain/watchdog';

/** One run of the watchdog: go on with every job whose workflow was terminated, timed out, or killed by the server. */
export async function vaultWatchdog(): Promise<WatchdogReport> {
  const { takeUpEndedJobs } = proxyActivities<WatchdogActivities>({
    taskQueue: taskQueues(workflowInfo().taskQueue).policy,
    summary: 'Take up jobs that were ended from outside',
    scheduleToCloseTimeout: '30 minutes',
    heartbeatTimeout: '1 minute',
    retry: { initialInterval: '2 seconds', maximumInterval: '1 minute' },
  });
  const report = await takeUpEndedJobs();
  setCurrentDetails(`${report.takenUp.length} jobs taken up, ${report.leftAlone.length} left alone`);
  return report;
}
