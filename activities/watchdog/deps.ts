import type { JobKind } from '../../src/domain/outcome';
import type { Ledger } from '../../src/ledger/ledger';

/** A job as the ledger knows it. */
export interface EndedJob {
  jobId: string;
  kind: JobKind;
}

/** What the watchdog reaches the world through. */
export interface WatchdogDeps {
  ledger: Ledger;
  /** The ids of runs that visibility shows terminated, timed out or failed. It lags: each job is checked by itself. */
  endedWithoutRecord(): AsyncIterable<string>;
  /** Whether the newest run under the id is closed, by Temporal's own state. */
  isClosed(jobId: string): Promise<boolean>;
  /** Starts the job again with what that run was started with; by whomever it was started, it then runs. */
  startAgain(job: EndedJob, runId: string): Promise<'RUNS' | 'FORGOTTEN' | 'ID_HELD_BY_ANOTHER'>;
}
