import type { CancelDisposition, JobKind, JobState, Outcome } from './outcome';

/** The workflow that is one run of a policy. */
export const POLICY_RUN_TYPE = 'vaultPolicyRun';

/** What one job is to one policy at the moment of looking: only `STALE` is ever asked to cancel. */
export type Standing =
  | { type: 'STALE' }
  | { type: 'TOO_YOUNG' }
  | { type: 'EXCLUDED'; by: 'matters' | 'jobs' | 'names' }
  | { type: 'ALREADY_ASKED'; disposition: CancelDisposition }
  | { type: 'NOT_CANCELLABLE' }
  | { type: 'BLOCKED'; on: string }
  /** It ended, or left the matched state, since the list was made. */
  | { type: 'FINISHED' | 'NO_MATCH' }
  /** It could not be asked how it stands; it is left alone. */
  | { type: 'UNREADABLE' };

export interface Candidate {
  jobId: string;
  kind: JobKind;
  state: JobState;
  matterId?: string;
  /** Of the remote thing, or of the job where nothing remote exists yet. */
  ageMs: number;
  standing: Standing;
}

/** What became of a stale job in one run. */
export type Sentence =
  /** Asked, and it ended within the run's limit. */
  | { type: 'ENDED'; outcome: Outcome; disposition: CancelDisposition }
  /** Asked; how it ends was not known when the run's limit passed. */
  | { type: 'PENDING'; state: JobState }
  /** Asked, but the job found its own condition no longer true; nothing was cancelled. */
  | { type: 'SKIPPED'; because: string }
  /** It had ended by itself when it was asked. */
  | { type: 'FINISHED_MEANWHILE'; outcome?: Outcome }
  /** Asked, but nothing can cancel it: no operation behind it, or a server without cancel. */
  | { type: 'NOT_CANCELLABLE'; disposition: CancelDisposition }
  /** Not asked: more were stale than the policy may cancel. */
  | { type: 'OVER_CAP' }
  /** Not asked: dry run, or a policy that only reports. */
  | { type: 'WOULD_CANCEL' }
  /** Not asked: the policy was changed, paused or deleted while the run was under way. */
  | { type: 'POLICY_CHANGED' }
  /** The request could not be delivered. */
  | { type: 'FAILED'; because: string };

/** The result of one run. Plain JSON, well below the server's limit for one payload at 1,000 candidates. */
export interface PolicyReport {
  policy: string;
  startedAt: string;
  endedAt: string;
  /** How many jobs met the policy's match. */
  matched: number;
  stale: number;
  asked: number;
  /** Set where more were stale than `maxCancels`: then none was asked. */
  overCap?: { maxCancels: number };
  /** Set where more jobs matched than one run looks at; the oldest were looked at. */
  truncated?: true;
  lines: ReportLine[];
}

/** One job in the report: stale ones with what became of them, others with why they were left alone. */
export interface ReportLine {
  jobId: string;
  standing: Standing;
  sentence?: Sentence;
}
