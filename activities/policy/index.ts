import type { PolicyDeps } from './deps';
import { askJobs, followJobs, lookAtJobs } from './steps';

/** Every side effect of a run of a policy. */
export function createPolicyActivities(deps: PolicyDeps) {
  return {
    lookAtJobs: (input: Parameters<typeof lookAtJobs>[1]) => lookAtJobs(deps, input),
    askJobs: (input: Parameters<typeof askJobs>[1]) => askJobs(deps, input),
    followJobs: (input: Parameters<typeof followJobs>[1]) => followJobs(deps, input),
  };
}

export type PolicyActivities = ReturnType<typeof createPolicyActivities>;
