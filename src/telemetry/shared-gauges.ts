import type { Client } from '@temporalio/client';
import { JOB_KINDS, OUTCOMES } from '../domain/outcome';
import type { Ledger } from '../ledger/ledger';
import type { EndedCount } from '../ledger/ledger-statistics';
import { countClosedWithoutRecord } from './closed-without-record';
import { countOpen } from './count-open';
import type { OpenCount } from './count-open';
import { EXPORT_LIFE_MS, expiryAhead } from './expiry';
import type { Metrics, Sample } from './metrics';

/** In the label `outcome` for a job whose request was wrong: it has no outcome. */
const REFUSED_LABEL = 'REQUEST_REFUSED';

export interface SharedSources {
  temporal: Client;
  ledger: Ledger;
  /** Shown with zeros before they have a job. */
  tenants: readonly string[];
  /**
   * The places that the admission of exports has given away. Without it, the exports that run are counted, which is the
   * same but for the seconds between a place and its export.
   */
  exportSlotsInUse?: () => Promise<Sample<'exportSlotsInUse'>[]>;
}

/**
 * From Temporal: two requests, one more for each thousand open jobs and for each fifty that closed without a record,
 * far below visibility's limit. `refusals` is kept from one refresh to the next.
 */
export async function refreshFromTemporal(
  metrics: Metrics,
  sources: SharedSources,
  refusals: Map<string, boolean>,
): Promise<void> {
  const [open, closed, slots] = await Promise.all([
    countOpen(sources.temporal, sources.tenants),
    countClosedWithoutRecord(sources.temporal, refusals),
    sources.exportSlotsInUse?.(),
  ]);
  metrics.replace(
    'open',
    open.map(({ tenant, kind, state, count }) => ({ labels: { tenant, kind, state }, value: count })),
  );
  metrics.replace(
    'oldestOpen',
    open.flatMap(({ tenant, kind, state, oldest }) =>
      oldest === undefined ? [] : [{ labels: { tenant, kind, state }, value: oldest }],
    ),
  );
  metrics.replace(
    'closedWithoutRecord',
    closed.map(({ status, count }) => ({ labels: { status }, value: count })),
  );
  metrics.replace('exportSlotsInUse', slots ?? runningExports(open));
  metrics.set('refreshed', { source: 'temporal' }, Date.now() / 1000);
}

/** From the ledger: two queries. */
export async function refreshFromLedger(metrics: Metrics, sources: SharedSources): Promise<void> {
  const now = Date.now();
  const [ended, ready] = await Promise.all([
    sources.ledger.countEnded(),
    sources.ledger.readyExports(new Date(now - EXPORT_LIFE_MS).toISOString()),
  ]);
  metrics.replace('ended', endedSamples(ended, sources.tenants));
  const { expiring, next } = expiryAhead(ready, sources.tenants, now);
  metrics.replace('exportsExpiring', expiring);
  metrics.replace('nextExpiry', next);
  metrics.set('refreshed', { source: 'ledger' }, now / 1000);
}

function runningExports(open: readonly OpenCount[]): Sample<'exportSlotsInUse'>[] {
  const running = new Map<string, number>();
  for (const { tenant, kind, state, count } of open) {
    if (kind !== 'export') continue;
    running.set(
      tenant,
      (running.get(tenant) ?? 0) + (state === 'QUEUED' || state === 'CREATING' ? 0 : count),
    );
  }
  return [...running].map(([tenant, value]) => ({ labels: { tenant }, value }));
}

/** Zeros too: a series that begins at 1 shows no increase. */
function endedSamples(ended: readonly EndedCount[], known: readonly string[]): Sample<'ended'>[] {
  const tenants = new Set([...known, ...ended.map(({ tenant }) => tenant)]);
  const zeros = [...tenants].flatMap((tenant) =>
    JOB_KINDS.flatMap((kind) =>
      [...OUTCOMES, REFUSED_LABEL].map((outcome) => ({ labels: { tenant, kind, outcome }, value: 0 })),
    ),
  );
  const counted = ended.map(({ tenant, kind, outcome, count }) => ({
    labels: { tenant, kind, outcome: outcome ?? REFUSED_LABEL },
    value: count,
  }));
  return [...zeros, ...counted];
}
