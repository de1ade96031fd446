import type { Generated, Selectable } from 'kysely';
import type { LedgerEventType } from '../domain/ledger-event';
import type { CancelDisposition, JobKind, JobState, Outcome } from '../domain/outcome';

/** The tables, the same in SQLite and PostgreSQL: text, integers and ISO times as text. */
export interface LedgerTables {
  jobs: JobsTable;
  runs: RunsTable;
  events: EventsTable;
  watches: WatchesTable;
  readings: ReadingsTable;
  claims: ClaimsTable;
}

export type JobRow = Selectable<JobsTable>;

interface JobsTable {
  namespace: string;
  job_id: string;
  /** The newest run: a reset gives a job a new one. */
  run_id: string;
  kind: JobKind;
  tenant: string;
  matter_id: string | null;
  export_id: string | null;
  operation_name: string | null;
  state: JobState;
  /** When the job entered that state: an entry that arrives late does not bring an earlier one back. */
  state_at: string;
  outcome: Outcome | null;
  /** The run that decided the outcome. */
  outcome_run_id: string | null;
  disposition: CancelDisposition | null;
  record: string | null;
  started_at: string;
  ended_at: string | null;
  updated_at: string;
}

/** Every run that was ever heard of: what a superseded one writes late is told from what a new one writes. */
interface RunsTable {
  namespace: string;
  job_id: string;
  run_id: string;
}

interface EventsTable {
  seq: Generated<number>;
  namespace: string;
  job_id: string;
  event_id: string;
  at: string;
  type: LedgerEventType;
  /** `detail.step` of an attempt, once more, so that attempts can be counted. */
  step: string | null;
  detail: string;
}

interface WatchesTable {
  namespace: string;
  job_id: string;
  watch_id: string;
  polls: number;
  last_read_at: string;
}

/** Who owns what in Vault: an operation's name or an export's path, once each. */
interface ClaimsTable {
  namespace: string;
  remote_name: string;
  job_id: string;
}

/** The last reading of each export that a list showed and somebody may be watching: no evidence, a cache. */
interface ReadingsTable {
  namespace: string;
  tenant: string;
  matter_id: string;
  export_id: string;
  read_at: string;
  worker: string;
  reading: string;
}
