import type { CancelRequest } from '../domain/cancel-request';
import type { JobRecord } from '../domain/job-record';
import type { Ledger } from '../ledger/ledger';
import type { Metrics } from './metrics';

/**
 * Observes how long things took where the ledger says that this was the one write which stored the outcome. The step
 * that writes it is run at least once, so anywhere else a repeat would count twice; here a worker that dies between the
 * write and its next scrape counts not at all. Exact numbers are in the ledger.
 */
export function observeOutcomes(ledger: Ledger, metrics: Metrics): Ledger {
  return new Proxy(ledger, {
    get: (target, name: keyof Ledger) => {
      if (name !== 'recordOutcome') return target[name].bind(target);
      const recordOutcome: Ledger['recordOutcome'] = async (journal, record) => {
        const isFirst = await target.recordOutcome(journal, record);
        if (isFirst) observeOutcome(metrics, record);
        return isFirst;
      };
      return recordOutcome;
    },
  });
}

export function observeOutcome(metrics: Metrics, record: JobRecord): void {
  const { kind, outcome, startedAt, endedAt, cancel } = record;
  if (outcome === undefined || endedAt === undefined) return;
  metrics.observe('durationSeconds', { kind, outcome }, secondsBetween(startedAt, endedAt));
  if (cancel.acceptedAt === undefined) return;
  const driving = cancel.requests.find(drives);
  // The record keeps the first request and the last twenty: the one that drove may have fallen out between.
  if (driving !== undefined)
    metrics.observe('cancelAcceptSeconds', { kind }, secondsBetween(driving.receivedAt, cancel.acceptedAt));
  if (cancel.confirmedAt !== undefined)
    metrics.observe(
      'cancelConfirmSeconds',
      { kind, outcome },
      secondsBetween(cancel.acceptedAt, cancel.confirmedAt),
    );
}

function drives(request: CancelRequest): boolean {
  return request.skipped === undefined && request.afterEnd === undefined;
}

function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}
