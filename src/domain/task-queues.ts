/** The default name that all of a deployment's queues derive from. */
export const DEFAULT_TASK_QUEUE = 'vault-jobs';

/**
 * One queue per class of work, so that no class waits behind another: above all a cancel never waits
 * behind polls. A worker serves all of them.
 */
export interface TaskQueues {
  /** Workflow tasks, and activities that touch only the ledger and Temporal. */
  workflow: string;
  cancel: string;
  create: string;
  watch: string;
  /** Looks at many jobs at once: neither a cancel nor a job's own step waits behind those. */
  policy: string;
}

export function taskQueues(base: string): TaskQueues {
  return {
    workflow: base,
    cancel: `${base}-cancel`,
    create: `${base}-create`,
    watch: `${base}-watch`,
    policy: `${base}-policy`,
  };
}
