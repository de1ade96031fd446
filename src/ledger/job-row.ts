import type { JobRecord } from '../domain/job-record';
import type { Journal } from '../domain/journal';
import type { LedgerEvent } from '../domain/ledger-event';
import type { JobState } from '../domain/outcome';
import { JOB_STATES } from '../domain/outcome';
import type { LedgerJob } from './ledger';
import { LedgerError } from './ledger-error';
import type { JobRow } from './schema';
import { storable, storableOrNull } from './storable-text';

/** The row of a job first heard of through this journal. */
export function newJobRow(namespace: string, { job, remote, entries }: Journal): JobRow {
  const row: JobRow = {
    namespace: storable(namespace),
    job_id: storable(job.jobId),
    run_id: storable(job.runId),
    kind: job.kind,
    tenant: storable(job.tenant),
    matter_id: storableOrNull(job.matterId),
    export_id: storableOrNull(remote.exportId),
    operation_name: storableOrNull(remote.operationName),
    state: 'QUEUED',
    state_at: storable(job.startedAt),
    outcome: null,
    outcome_run_id: null,
    disposition: null,
    record: null,
    started_at: storable(job.startedAt),
    ended_at: null,
    updated_at: '',
  };
  return { ...row, ...newestState(row, entries) };
}

/** What the journal changes. Journals are retried and overtake each other: none may bring an earlier state back. */
export function withJournal(row: JobRow, { job, remote, entries }: Journal, isNewRun: boolean): JobRow {
  const linkedNow = entries.some((entry) => entry.type === 'LINKED') ? remote.operationName : undefined;
  return {
    ...row,
    run_id: isNewRun ? storable(job.runId) : row.run_id,
    matter_id: row.matter_id ?? storableOrNull(job.matterId),
    export_id: row.export_id ?? storableOrNull(remote.exportId),
    operation_name: storableOrNull(linkedNow) ?? row.operation_name ?? storableOrNull(remote.operationName),
    ...newestState(row, entries),
  };
}

/**
 * Whether a run that is new to the ledger is older than one it knows: the first of its chain came before all its resets,
 * however late its first word arrives. All runs of a chain have one start, and a chain that is begun later has a later one.
 */
export function isOvertaken(row: JobRow, { job }: Journal): boolean {
  const isFirst = job.firstRunId === job.runId;
  return isFirst && storable(job.runId) !== row.run_id && job.startedAt <= row.started_at;
}

/**
 * The outcome, once a run: another is a contradiction, and a reset's decides anew. The same again brings the record up to
 * date: requests come in while it is written.
 */
export function withOutcome(row: JobRow, { job }: Journal, record: JobRecord): JobRow {
  if (record.outcome === undefined) throw new LedgerError('FAILED', 'the record has no outcome');
  const runId = storable(job.runId);
  const isSuperseded = runId !== row.run_id;
  if (isSuperseded) return row;
  if (row.outcome_run_id === runId) {
    if (row.outcome === record.outcome)
      return tellsMore(row, record) ? { ...row, record: JSON.stringify(record) } : row;
    throw new LedgerError('CONFLICT', `the recorded outcome is ${row.outcome}, not ${record.outcome}`);
  }
  return {
    ...row,
    state: 'ENDED',
    outcome: record.outcome,
    outcome_run_id: runId,
    disposition: record.cancel.disposition,
    export_id: storableOrNull(record.remote.exportId) ?? row.export_id,
    operation_name: storableOrNull(record.remote.operationName) ?? row.operation_name,
    ended_at: storableOrNull(record.endedAt) ?? row.ended_at,
    record: JSON.stringify(record),
  };
}

export function toLedgerJob(row: JobRow, counters: { polls: number; cancelAttempts: number }): LedgerJob {
  return {
    jobId: row.job_id,
    runId: row.run_id,
    kind: row.kind,
    tenant: row.tenant,
    startedAt: row.started_at,
    ...(row.matter_id !== null && { matterId: row.matter_id }),
    state: row.state,
    ...(row.export_id !== null && { exportId: row.export_id }),
    ...(row.operation_name !== null && { operationName: row.operation_name }),
    ...(row.outcome !== null && { outcome: row.outcome }),
    ...(row.disposition !== null && { disposition: row.disposition }),
    ...(row.ended_at !== null && { endedAt: row.ended_at }),
    updatedAt: row.updated_at,
    ...counters,
    ...(row.record !== null && { record: readRecord(row.record) }),
  };
}

function tellsMore(row: JobRow, { cancel }: JobRecord): boolean {
  const known = row.record === null ? undefined : readRecord(row.record).cancel;
  return (
    JSON.stringify(known?.requests) !== JSON.stringify(cancel.requests) &&
    cancel.requestsTotal >= (known?.requestsTotal ?? 0)
  );
}

type StatePart = Pick<JobRow, 'state' | 'state_at' | 'ended_at'>;

function newestState(row: StatePart, entries: readonly LedgerEvent[]): StatePart {
  let { state, state_at, ended_at } = row;
  for (const { at, detail } of entries) {
    if (!isJobState(detail.state) || state === 'ENDED') continue;
    // One workflow task gives all its entries the same time; then the later state is the newer one.
    const isNewer = at > state_at || (at === state_at && rank(detail.state) >= rank(state));
    if (!isNewer) continue;
    state = detail.state;
    state_at = storable(at);
    if (state === 'ENDED') ended_at = state_at;
  }
  return { state, state_at, ended_at };
}

function rank(state: JobState): number {
  return JOB_STATES.indexOf(state);
}

function isJobState(value: unknown): value is JobState {
  return JOB_STATES.some((state) => state === value);
}

function readRecord(text: string): JobRecord {
  const record: JobRecord = JSON.parse(text);
  return record;
}
