/** The default name that all of a deployment's queues derive from. */
export const DEFAULT_TASK_QUEUE = 'vault-jobs';

/**
 * One queue per class of work, so that no class waits behind another, and each has a rate of its own that the
 * Temporal server keeps: see `src/config/read-rates.ts`. A worker serves all of them.
 */
export interface TaskQueues {
  /** Workflow tasks, and activities that touch only the ledger and Temporal. */
  workflow: string;
  /** Cancels, and deletions in their stead: never behind a poll. */
  cancel: string;
  /** Exports are made here, and looked for after a lost answer: two a minute, whoever paces them. */
  create: string;
  /** Counts, of which Vault starts only so many a minute. */
  count: string;
  /** Looks at running exports: one unit of reads at most, less where one list answers several. */
  watch: string;
  /** Looks at operations: one unit of another pool. */
  watchOperation: string;
  /** Reads of one unit that come in bursts: exports being adopted, exports after a cancel. */
  read: string;
  /** Looks for the operation behind something: no quota is known, and a cancel may be waiting for it. */
  link: string;
  /** Looks at many jobs at once: neither a cancel nor a job's own step waits behind those. */
  policy: string;
}

/** The queues of what a job does in Vault. */
export const JOB_QUEUES = [
  'cancel',
  'create',
  'count',
  'watch',
  'watchOperation',
  'read',
  'link',
] as const satisfies readonly (keyof TaskQueues)[];

export function taskQueues(base: string): TaskQueues {
  return {
    workflow: base,
    cancel: `${base}-cancel`,
    create: `${base}-create`,
    count: `${base}-count`,
    watch: `${base}-watch`,
    watchOperation: `${base}-watch-operation`,
    read: `${base}-read`,
    link: `${base}-link`,
    policy: `${base}-policy`,
  };
}
