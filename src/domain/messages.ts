import type { JobState } from './outcome';

/** Names other programs rely on; the definitions built from them are in workflows/messages.ts. */
export const CANCEL_SIGNAL = 'cancel';
export const REQUEST_CANCEL_UPDATE = 'requestCancel';
export const LINK_OPERATION_UPDATE = 'linkOperation';
export const STATUS_QUERY = 'status';
/** What a stale policy must know of the job. */
export const STANDING_QUERY = 'standing';
/** Sent by the job's own activities. */
export const BLOCKED_SIGNAL = 'blocked';
export const UNBLOCKED_SIGNAL = 'unblocked';

/** In the memo and in the ledger's first line: tells whether a second start asks for the same. */
export const REQUEST_FINGERPRINT_MEMO = 'requestFingerprint';

/** In the memo: what the job's own steps say with each word to it, to tell theirs from a stranger's. */
export const STEP_TOKEN_MEMO = 'stepToken';

export const WORKFLOW_TYPES = {
  export: 'vaultExport',
  count: 'vaultCount',
  operation: 'vaultOperation',
} as const;

/** The type of the failure of a workflow whose request was wrong. */
export const REQUEST_REFUSED = 'RequestRefused';

/** The workflow that is one run of a stale policy. */
export const POLICY_RUN_TYPE = 'vaultPolicyRun';

/** What a cancel request is told at once; the outcome comes later, with the record. */
export interface CancelAnswer {
  state: JobState;
  /** Whether this request, or an earlier one that still stands, cancels the job. */
  accepted: boolean;
  /** The request that was first, where this one repeats or follows it. */
  duplicateOf?: string;
  /** Why the request's own condition kept it from cancelling. */
  skipped?: string;
}
