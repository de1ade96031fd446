import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobRecord } from '../../src/domain/job-record';
import type { Ledger } from '../../src/ledger/ledger';
import { openLedger } from '../../src/ledger/open-ledger';
import { Metrics } from '../../src/telemetry/metrics';
import { observeOutcomes } from '../../src/telemetry/observe-outcomes';
import { at, journal, record } from '../ledger/journals';
import { parseScrape, total } from './scrape';

const folder = mkdtempSync(join(tmpdir(), 'vault-jobs-outcomes-'));
let metrics: Metrics;
let ledger: Ledger;

beforeEach(async () => {
  metrics = new Metrics();
  ledger = observeOutcomes(await openLedger(join(folder, 'ledger.db'), { namespace: 'default' }), metrics);
});
afterEach(() => ledger.close());
afterAll(() => rmSync(folder, { recursive: true }));

const observed = async (name: string) => total(parseScrape(await metrics.text()), name);

/** Asked at second 10 by the second of two requests, accepted at 12, proved at 42. */
function cancelled(jobId: string, change: Partial<JobRecord['cancel']> = {}): JobRecord {
  const request = { requestedBy: 'legal', reason: '', source: 'signal' } as const;
  return {
    ...record(jobId),
    cancel: {
      disposition: 'ACCEPTED',
      requests: [
        { ...request, requestId: 'a', receivedAt: at(1), skipped: 'the job was not old enough' },
        { ...request, requestId: 'b', receivedAt: at(10) },
      ],
      requestsTotal: 2,
      attempts: 1,
      acceptedAt: at(12),
      confirmedAt: at(42),
      ...change,
    },
  };
}

it('a repeat of the step that records an outcome is observed once', async () => {
  await ledger.recordOutcome(journal('repeated'), cancelled('repeated'));
  await ledger.recordOutcome(journal('repeated'), cancelled('repeated'));
  expect(await observed('vault_jobs_duration_seconds_count')).toBe(1);
  expect(await observed('vault_jobs_duration_seconds_sum')).toBe(99);
  expect(await observed('vault_jobs_cancel_accept_seconds_count')).toBe(1);
});

it('a cancel is timed from the request that drove it', async () => {
  await ledger.recordOutcome(journal('driven'), cancelled('driven'));
  expect(await observed('vault_jobs_cancel_accept_seconds_sum')).toBe(2);
  expect(await observed('vault_jobs_cancel_confirm_seconds_sum')).toBe(30);
});

it('a cancel that nobody accepted, or that nothing proved, has no such time', async () => {
  const { acceptedAt: _accepted, ...unaccepted } = cancelled('never').cancel;
  await ledger.recordOutcome(journal('never'), { ...record('never'), cancel: unaccepted });
  const { confirmedAt: _confirmed, ...unproved } = cancelled('unproved').cancel;
  await ledger.recordOutcome(journal('unproved'), { ...record('unproved'), cancel: unproved });
  expect(await observed('vault_jobs_cancel_accept_seconds_count')).toBe(1);
  expect(await observed('vault_jobs_cancel_confirm_seconds_count')).toBe(0);
});
