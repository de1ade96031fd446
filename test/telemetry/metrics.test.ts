import { METHOD_COSTS } from '../../src/domain/vault-quota';
import { mailCount, mailExport, untilPolled } from '../crash/jobs';
import { until, VISIBILITY_LAG_MS } from '../support/until';
import { total } from './scrape';
import type { ScrapedSample } from './scrape';
import { setTelemetryStage } from './telemetry-stage';
import type { TelemetryStage, WatchedWorker } from './telemetry-stage';

let stage: TelemetryStage;
let worker: WatchedWorker;
let samples: ScrapedSample[];

const BUSY = { when: 'before-effect', answer: { kind: 'error', status: 'UNAVAILABLE' } } as const;

/** An export that completes through an outage, a count that is cancelled; then nothing runs any more. */
beforeAll(async () => {
  stage = await setTelemetryStage();
  worker = await stage.startWatchedWorker();
  const { matterId, fake, jobs } = stage;
  fake.fault({ ...BUSY, method: 'vault.matters.exports.get', times: 2 });
  fake.script({ match: { kind: 'count' }, behaviour: { end: 'never' } });
  fake.script({ match: { kind: 'export' }, behaviour: { afterMs: 300 } });
  const [exported, counted] = await Promise.all([
    jobs.startExport(mailExport(matterId)),
    jobs.startCount(mailCount(matterId)),
  ]);
  await untilPolled(stage, counted.jobId);
  await jobs.requestCancel(counted.jobId, { reason: 'too broad' });
  await jobs.result(exported.jobId);
  await jobs.result(counted.jobId);
  samples = await until('the ledger to be read after both', async () => {
    const seen = await worker.scrape();
    return total(seen, 'vault_jobs_ended') === 2 && seen;
  });
}, 120_000);
afterAll(() => stage?.close());

it('calls are counted as Vault’s own log has them, by method', () => {
  const logged = stage.fake.log().filter(({ method }) => method.startsWith('vault.'));
  expect(logged.length).toBeGreaterThan(5);
  const methods = [...new Set(logged.map(({ method }) => method))];
  const counted = methods.map((method) => [method, total(samples, 'vault_jobs_api_calls_total', { method })]);
  const expected = methods.map((method) => [method, logged.filter((one) => one.method === method).length]);
  expect(counted).toEqual(expected);
  expect(total(samples, 'vault_jobs_api_call_duration_seconds_count')).toBe(logged.length);
});

it('calls are told apart by what was answered', () => {
  const method = 'vault.matters.exports.get';
  expect(total(samples, 'vault_jobs_api_calls_total', { method, answer: 'UNAVAILABLE' })).toBe(2);
});

it('units are what Google’s table says of those calls', () => {
  const logged = stage.fake.log();
  const costs: { [method: string]: { [pool: string]: number } } = METHOD_COSTS;
  const units = (pool: string) => logged.reduce((sum, { method }) => sum + (costs[method]?.[pool] ?? 0), 0);
  for (const pool of ['exportReads', 'exportWrites', 'operationReads', 'searchCounts'])
    expect({ pool, units: total(samples, 'vault_jobs_api_units_total', { pool }) }).toEqual({
      pool,
      units: units(pool),
    });
  expect(units('exportWrites')).toBe(10);
});

it('looks are counted as the ledger has them', async () => {
  const jobs = await stage.ledger.jobs({});
  const polls = jobs.reduce((sum, job) => sum + job.polls, 0);
  expect(total(samples, 'vault_jobs_step_attempts_total', { step: 'watch' })).toBe(polls);
  expect(total(samples, 'vault_jobs_step_attempts_total', { step: 'watch', end: 'waiting' })).toBe(2);
});

it('each job’s end is observed once, and each cancel from request to proof', async () => {
  expect(total(samples, 'vault_jobs_duration_seconds_count', { kind: 'export' })).toBe(1);
  expect(total(samples, 'vault_jobs_duration_seconds_count', { kind: 'count' })).toBe(1);
  expect(total(samples, 'vault_jobs_queue_wait_seconds_count')).toBe(2);
  const [cancelled] = await stage.ledger.jobs({ outcomes: ['CANCELLED'] });
  const { requests, acceptedAt, confirmedAt } = cancelled!.record!.cancel;
  const seconds = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 1000;
  expect(total(samples, 'vault_jobs_cancel_accept_seconds_count')).toBe(1);
  expect(total(samples, 'vault_jobs_cancel_accept_seconds_sum')).toBeCloseTo(
    seconds(requests[0]!.receivedAt, acceptedAt!),
  );
  expect(total(samples, 'vault_jobs_cancel_confirm_seconds_sum', { outcome: 'CANCELLED' })).toBeCloseTo(
    seconds(acceptedAt!, confirmedAt!),
  );
});

it('a completed export is seen to expire in 15 days, and not before', async () => {
  expect(total(samples, 'vault_jobs_exports_expiring', { within_days: '15' })).toBe(1);
  expect(total(samples, 'vault_jobs_exports_expiring', { within_days: '7' })).toBe(0);
  const [exported] = await stage.ledger.jobs({ outcomes: ['COMPLETED'] });
  const createTimeMs = Date.parse(exported!.record!.remote.createTime!);
  expect(total(samples, 'vault_jobs_next_export_expiry_timestamp_seconds')).toBeCloseTo(
    createTimeMs / 1000 + 15 * 24 * 60 * 60,
    0,
  );
});

it('the SDK’s metrics are on the same page', () => {
  expect(total(samples, 'vault_jobs_sdk_metrics_up')).toBe(1);
  expect(total(samples, 'temporal_workflow_completed_total')).toBe(2);
});

it('no label carries an id, an address or a term', async () => {
  const text = await (await fetch(`${worker.url}/metrics`)).text();
  const { exports, operations } = stage.fake.state();
  const secrets = [
    stage.matterId,
    ...exports.map(({ id }) => id),
    ...operations.map(({ name }) => name),
    'example.com',
    'Confidential matter',
  ];
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
});

it(
  'a job that was terminated is no open one, and is told of',
  async () => {
    const before = total(await worker.scrape(), 'vault_jobs_closed_without_record', { status: 'Terminated' });
    const { jobId } = await stage.jobs.startCount(mailCount(stage.matterId), { again: true });
    await untilPolled(stage, jobId);
    await stage.temporal.workflow.getHandle(jobId).terminate('by mistake');
    await until(
      'it to be told of',
      async () => {
        const seen = await worker.scrape();
        return total(seen, 'vault_jobs_closed_without_record', { status: 'Terminated' }) > before;
      },
      VISIBILITY_LAG_MS,
    );
    expect(await stage.ledger.job(jobId)).toMatchObject({ state: 'RUNNING' });
  },
  2 * VISIBILITY_LAG_MS,
);
