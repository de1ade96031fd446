import { isJsonObject } from '../../../src/domain/json';
import type { JobRecord } from '../../../src/domain/job-record';
import type { LedgerEvent } from '../../../src/domain/ledger-event';
import type { ExportState, OperationState, RequestLogEntry } from '../../../src/fake-vault';
import type { Evidence } from '../evidence';

export function recordOf({ ending }: Evidence): JobRecord | undefined {
  return ending.type === 'RECORD' ? ending.record : undefined;
}

/** What the job's record says it was about, as Vault truly has it. */
export function targets(evidence: Evidence): { exported?: ExportState; operation?: OperationState } {
  const remote = recordOf(evidence)?.remote;
  const exported = evidence.exports.find(({ id }) => id === remote?.exportId);
  const operation = evidence.operations.find(({ name }) => name === remote?.operationName);
  return { ...(exported && { exported }), ...(operation && { operation }) };
}

/** What the job itself made, not what was adopted, and nobody has removed. */
export function made(evidence: Evidence): { exports: ExportState[]; counts: OperationState[] } {
  const { shape } = evidence.schedule;
  const exported = shape.startsWith('adopted') ? [] : evidence.exports;
  const counts = shape === 'count' ? evidence.operations.filter(({ kind }) => kind === 'count') : [];
  return {
    exports: exported.filter(({ exists }) => exists),
    counts: counts.filter(({ exists }) => exists),
  };
}

export type OperationEnd = { code: number } | 'response' | 'neither' | 'running';

/** How the operation truly stood when the job ended. */
export function operationEnd(operation: OperationState, endedAt: string): OperationEnd {
  if (operation.endsAtMs === null || operation.endsAtMs > Date.parse(endedAt)) return 'running';
  if (!isJsonObject(operation.resource)) return 'neither';
  const { error, response } = operation.resource;
  if (isJsonObject(error) && typeof error.code === 'number') return { code: error.code };
  return response === undefined ? 'neither' : 'response';
}

export function exportEnd({ status, endsAtMs }: ExportState, endedAt: string): ExportState['status'] {
  return endsAtMs !== null && endsAtMs <= Date.parse(endedAt) ? status : 'IN_PROGRESS';
}

export function createdAtMs({ resource }: ExportState): number {
  return isJsonObject(resource) ? Date.parse(String(resource.createTime)) : 0;
}

/** Requests that count: their own condition held, and they came before the end. */
export function standingRequests(events: readonly LedgerEvent[]): LedgerEvent[] {
  return events.filter(
    ({ type, detail }) =>
      type === 'CANCEL_REQUESTED' && detail.skipped === undefined && detail.afterEnd === undefined,
  );
}

export function attempts(events: readonly LedgerEvent[], step: 'create' | 'cancel' | 'delete') {
  const ofStep = events.filter(({ detail }) => detail.step === step);
  return {
    begun: ofStep.filter(({ type }) => type === 'ATTEMPT_BEGUN'),
    answered: ofStep.filter(({ type }) => type === 'ATTEMPT_ANSWERED'),
  };
}

export function callsOf({ calls }: Evidence, method: string): RequestLogEntry[] {
  return calls.filter((call) => call.method === `vault.${method}`);
}
