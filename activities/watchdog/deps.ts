import type { Ledger } from '../../src/ledger/ledger';

/** A workflow of a job as Temporal has it. */
export interface EndedJob {
  jobId: string;
  kind: 'export' | 'count' | 'operation';
}

/** What the watchdog reaches the world through. */
export interface WatchdogDeps {
  ledger: Ledger;
  /** Jobs that visibility shows terminated, timed out or failed. It lags: each is checked by itself. */
  endedWithoutRecord(): AsyncIterable<EndedJob>;
  /** Whether the newest run under the id is closed, by Temporal's own state. */
  isClosed(jobId: string): Promise<boolean>;
  /** Starts the job again with what that run was started with; by whomever it was started, it then runs. */
  startAgain(job: EndedJob, runId: string): Promise<'RUNS' | 'FORGOTTEN' | 'ID_HELD_BY_ANOTHER'>;
}
