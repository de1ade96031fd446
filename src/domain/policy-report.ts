import type { CancelDisposition, JobKind, JobState, Outcome } from './outcome';

/** What one job is to one policy at the moment of looking: only `STALE` is ever asked to cancel. */
export type Standing =
  | { type: 'STALE' }
  | { type: 'TOO_YOUNG' }
  | { type: 'EXCLUDED'; by: 'matters' | 'jobs' | 'names' }
  | { type: 'ALREADY_ASKED' }
  | { type: 'NOT_CANCELLABLE' }
  | { type: 'BLOCKED'; on: string }
  /** It ended, or left the matched state, since the list was made. */
  | { type: 'FINISHED' }
  | { type: 'NO_MATCH' }
  /** It could not be asked how it stands, or what the policy must know; it is left alone. */
  | { type: 'UNREADABLE'; because: string };

export interface Candidate {
  jobId: string;
  kind: JobKind;
  state: JobState;
  matterId?: string;
  /** ISO: when the remote thing was made, or the job started where nothing remote exists yet. */
  since: string;
  standing: Standing;
}

/** What became of a stale job in one run. */
export type Sentence =
  /** Asked, and it ended within the run's limit. */
  | { type: 'ENDED'; outcome: Outcome; disposition: CancelDisposition }
  /** Asked; how it ends was not known when the run's limit passed. */
  | { type: 'PENDING' }
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
  /** Not asked: the policy was changed, paused or deleted, or the run cancelled, while it was under way. */
  | { type: 'CALLED_OFF'; because: string }
  /** The request could not be delivered. */
  | { type: 'FAILED'; because: string };

/** What a look at all matching jobs found. */
export interface Survey {
  /** How many jobs met the policy's match. */
  matched: number;
  /** How many stand in which way. */
  counts: Partial<Record<Standing['type'], number>>;
  /** Every stale job, and of the others as many as fit: {@link MAX_LINES} in all. */
  candidates: Candidate[];
  /** Set where more jobs matched than one run looks at closely; the oldest were looked at. */
  truncated?: true;
}

/** The result of one run. Plain JSON, well below the server's limit for one payload at 1,000 candidates. */
export interface PolicyReport extends Omit<Survey, 'candidates'> {
  policy: string;
  action: 'cancel' | 'report';
  dryRun: boolean;
  startedAt: string;
  endedAt: string;
  stale: number;
  /** How many were asked to cancel. */
  asked: number;
  /** Set where more were stale than `maxCancels`: then none was asked. */
  overCap?: { maxCancels: number };
  /** Stale ones first. The counts tell where there were more. */
  lines: ReportLine[];
}

/** One job in the report: a stale one with what became of it, another with why it was left alone. */
export interface ReportLine extends Candidate {
  sentence?: Sentence;
}

/** A line is some 250 bytes, and no payload should be larger than 256 KB. */
export const MAX_LINES = 1000;

/** In the heartbeat: what a person who waits for a run is shown. */
export interface RunProgress {
  step: 'look' | 'ask' | 'wait';
  done: number;
  total: number;
}
