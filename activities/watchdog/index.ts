import type { WatchdogDeps } from './deps';
import { takeUpEndedJobs } from './take-up-ended-jobs';

export function createWatchdogActivities(deps: WatchdogDeps) {
  return { takeUpEndedJobs: () => takeUpEndedJobs(deps) };
}

export type WatchdogActivities = ReturnType<typeof createWatchdogActivities>;
