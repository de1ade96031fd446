import type { JobIdentity, Journal } from '../domain/journal';
import type { JobRecord } from '../domain/job-record';
import type { LedgerEvent } from '../domain/ledger-event';
import type { CancelDisposition, JobKind, JobState, Outcome } from '../domain/outcome';
import type { EndedCount, ReadyExport } from './ledger-statistics';
import type { ChildSnapshot, ExportSnapshot } from '../domain/snapshot';

/** A job as the ledger knows it: also when Temporal has forgotten it. */
export interface LedgerJob extends JobIdentity {
  state: JobState;
  exportId?: string;
  operationName?: string;
  outcome?: Outcome;
  disposition?: CancelDisposition;
  endedAt?: string;
  updatedAt: string;
  /** Remote reads so far, summed over all watches. */
  polls: number;
  /** `ATTEMPT_BEGUN` events of `:cancel`. */
  cancelAttempts: number;
  /** The full record, once the job has ended. */
  record?: JobRecord;
}

/** How far one watch came. Counters only grow: a late write of an earlier attempt changes nothing. */
export interface WatchProgress {
  watchId: string;
  polls: number;
  lastReadAt: string;
}

/** What one worker read of an export, for the others: no names, no queries, and no evidence. */
export interface SharedReading {
  exportId: string;
  worker: string;
  /** ISO, by the clock of that worker: when it asked. */
  readAt: string;
  reading: { export: ExportSnapshot; children?: ChildSnapshot[] };
}

export interface LedgerJobFilter {
  states?: JobState[];
  outcomes?: Outcome[];
  kinds?: JobKind[];
  matterId?: string;
  exportId?: string;
  tenant?: string;
  limit?: number;
}

/**
 * The evidence: one row per job, one per event. Every write is idempotent, because the activities that
 * write are retried. All of it belongs to one Temporal namespace; job ids are unique in that.
 */
export interface Ledger {
  /**
   * Creates or updates the job's row and appends the entries it does not have yet, in one transaction. The
   * row's state is that of the newest entry (by `at`) whose `detail.state` is a {@link JobState}: entries arrive late and
   * twice, and an older one must not set the job back. `ENDED` is never left.
   */
  write(journal: Journal): Promise<void>;
  /**
   * Appends the entries it does not have yet and nothing else, in one statement: what must be known before a call goes
   * out that somebody waits for. A `write` with the same entries has to follow, which brings the job's row up to date.
   */
  append(journal: Journal): Promise<void>;
  recordWatch(jobId: string, progress: WatchProgress): Promise<void>;
  /**
   * Stores the final record and the last entries. Writing the same outcome again changes nothing. True for the one
   * write that stored it.
   */
  recordOutcome(journal: Journal, record: JobRecord): Promise<boolean>;
  job(jobId: string): Promise<LedgerJob | undefined>;
  /** In the order in which they happened (`at`, then order of writing). */
  events(jobId: string): Promise<LedgerEvent[]>;
  jobs(filter: LedgerJobFilter): Promise<LedgerJob[]>;
  /** Which job made or adopted this operation, if any. */
  ownerOfOperation(operationName: string): Promise<string | undefined>;
  /**
   * Makes the job the owner of an operation or export where nobody is, or where `instead` is; answers who owns it then. One
   * atomic write: of two jobs that claim at once, both hear of the same owner.
   */
  claim(remoteName: string, jobId: string, instead?: string): Promise<string>;
  /** How many jobs ended in which way, over all time. */
  countEnded(): Promise<EndedCount[]>;
  /** Exports made since then (ISO) that completed. */
  readyExports(madeSince: string): Promise<ReadyExport[]>;
  /** Keeps the newest reading of each export, and forgets all that are older than some minutes. */
  shareReadings(tenant: string, matterId: string, readings: readonly SharedReading[]): Promise<void>;
  readings(tenant: string, matterId: string): Promise<SharedReading[]>;
  /** Rejects where a write would fail now. Leaves nothing behind. */
  tryWrite(): Promise<void>;
  close(): Promise<void>;
}
