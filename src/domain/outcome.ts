/** How a job ended. Each value stands for a proof; README "Outcomes" lists them. */
export const OUTCOMES = [
  'COMPLETED',
  'CANCELLED',
  'COMPLETED_DESPITE_CANCEL',
  'FAILED',
  'DELETED',
  'VANISHED',
  'ENDED_UNKNOWN',
  'UNCONFIRMED',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What became of the cancel itself: a second fact, apart from the outcome. */
export const DISPOSITIONS = [
  'NOT_ASKED',
  'NOT_NEEDED',
  'ACCEPTED',
  'UNSUPPORTED',
  'NO_OPERATION',
  'ALREADY_FINISHED',
  'NOT_FOUND',
  'REFUSED',
  'PENDING',
] as const;
export type CancelDisposition = (typeof DISPOSITIONS)[number];

/** Where an open job stands. An outage is `blocked` beside the state, never a state. */
export const JOB_STATES = [
  'QUEUED',
  'CREATING',
  'RUNNING',
  'CANCEL_REQUESTED',
  'CANCELLING',
  'CANCEL_UNCONFIRMED',
  'NOT_CANCELLABLE',
  'ENDED',
] as const;
export type JobState = (typeof JOB_STATES)[number];

export const JOB_KINDS = ['export', 'count', 'operation'] as const;
export type JobKind = (typeof JOB_KINDS)[number];

/** Whether a job in this state has something in Vault that is not known to have ended. */
export function isMade(state: JobState): boolean {
  switch (state) {
    case 'RUNNING':
    case 'CANCEL_REQUESTED':
    case 'CANCELLING':
    case 'CANCEL_UNCONFIRMED':
    case 'NOT_CANCELLABLE':
      return true;
    case 'QUEUED':
    case 'CREATING':
    case 'ENDED':
      return false;
  }
}
