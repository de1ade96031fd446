import { assertNever } from '../domain/assert-never';
import type { JobRecord } from '../domain/job-record';
import type { Scenario } from './scenario';
import type { VaultView } from './vault-view';

/** What one job came to, against what it had to. */
export interface Verdict {
  scenario: Scenario;
  jobId: string;
  record?: JobRecord;
  seen: VaultView;
  /** One sentence each; none means that everything agrees. */
  differences: string[];
}

/** A job's record, or why there is none. */
export interface JobEnd {
  record?: JobRecord;
  trouble?: string;
}

/** Compares the job's own record with the expectation, and both with what the fake Vault saw. */
export function verify(
  scenario: Scenario,
  jobId: string,
  { record, trouble }: JobEnd,
  seen: VaultView,
): Verdict {
  const differences = [
    ...(trouble === undefined ? [] : [trouble]),
    ...(record ? recordDifferences(scenario, record) : []),
    ...logDifferences(scenario, seen),
    ...(record ? truthDifferences(record, seen) : []),
  ];
  return { scenario, jobId, ...(record && { record }), seen, differences };
}

function recordDifferences({ expected, cancel, cancelOutages = 0 }: Scenario, record: JobRecord): string[] {
  const counted = record.remote.operation?.count?.totalCount;
  return [
    ...differs('the outcome', record.outcome, expected.outcome),
    ...differs('the cancel', record.cancel.disposition, expected.disposition),
    ...(expected.totalCount === undefined ? [] : differs('the count', counted, expected.totalCount)),
    ...((record.cancel.attempts ?? 0) > cancelOutages || expected.log.cancels.length === 0
      ? []
      : [`the record tells of ${record.cancel.attempts ?? 'no'} attempts to cancel`]),
    ...differs('the door of the request', record.cancel.requests[0]?.source, sourceOf(cancel?.door)),
  ];
}

function sourceOf(door: NonNullable<Scenario['cancel']>['door'] | undefined) {
  return door === 'temporal' ? 'native' : door;
}

function logDifferences({ expected }: Scenario, seen: VaultView): string[] {
  const { creates, cancels, deletes } = expected.log;
  return [
    ...differs('creates in the log', seen.creates, creates),
    ...(isAsExpected(seen.cancels, cancels)
      ? []
      : differs('cancels in the log', seen.cancels.join(' ') || 'none', cancels.join(' ') || 'none')),
    ...differs('deletes in the log', seen.deletes, deletes),
  ];
}

/** The last answer may repeat: after a lost reply, asking again is right. */
function isAsExpected(seen: readonly number[], wanted: readonly number[]): boolean {
  const repeated = seen.slice(wanted.length);
  return (
    wanted.every((status, index) => seen[index] === status) &&
    repeated.every((status) => status === wanted.at(-1))
  );
}

/** An outcome is only worth something where Vault itself says the same. */
function truthDifferences(record: JobRecord, seen: VaultView): string[] {
  switch (record.outcome) {
    case 'COMPLETED':
    case 'COMPLETED_DESPITE_CANCEL':
      return record.kind === 'export'
        ? differs('the export in Vault', seen.export, 'COMPLETED')
        : differs('the operation in Vault', seen.operation, 'response');
    case 'CANCELLED':
      if (record.cancel.disposition === 'NOT_NEEDED')
        return differs('the export in Vault', seen.export, 'none');
      return [
        ...differs('the operation in Vault', seen.operation, 'code 1'),
        ...(seen.export === 'COMPLETED' ? ['the export in Vault is COMPLETED'] : []),
      ];
    case 'DELETED':
      return differs('the export in Vault', seen.export, 'none');
    case 'FAILED':
    case 'VANISHED':
    case 'ENDED_UNKNOWN':
    case 'UNCONFIRMED':
    case undefined:
      return [`no scenario ends ${record.outcome ?? 'without an outcome'}`];
    default:
      return assertNever('outcome', record.outcome);
  }
}

function differs<T>(what: string, is: T, shouldBe: T): string[] {
  return is === shouldBe ? [] : [`${what}: ${String(is ?? 'none')}, expected ${String(shouldBe ?? 'none')}`];
}
