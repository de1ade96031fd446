import type { JobKind } from './outcome';
import type { LedgerEvent } from './ledger-event';

/** What names a job in the ledger, known from its first moment. */
export interface JobIdentity {
  jobId: string;
  runId: string;
  /** The first of the runs that resets, retries and continuations have made of it. Absent in entries of older builds. */
  firstRunId?: string;
  /** Tells this request from another under the same id. */
  fingerprint?: string;
  kind: JobKind;
  tenant: string;
  matterId?: string;
  startedAt: string;
}

/**
 * Entries that ride on an activity's input and are written before it does anything else. They spare the
 * history an activity for each; writing one twice is harmless.
 */
export interface Journal {
  job: JobIdentity;
  remote: { exportId?: string; operationName?: string };
  entries: LedgerEvent[];
}
