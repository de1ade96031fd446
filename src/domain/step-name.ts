/** The steps of a job, as `blocked` and a pending step's heartbeat name them. */
export const STEP_NAMES = [
  'adopt',
  'cancel',
  'create',
  'delete',
  'find',
  'find-link',
  'queue',
  'recall',
  'record',
  'watch',
  'write',
  'write-back',
] as const;
export type StepName = (typeof STEP_NAMES)[number];
