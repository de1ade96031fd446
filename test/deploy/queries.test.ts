import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mailCount, mailExport, untilPolled } from '../crash/jobs';
import type { ScrapedSample } from '../telemetry/scrape';
import { total } from '../telemetry/scrape';
import { setTelemetryStage } from '../telemetry/telemetry-stage';
import type { TelemetryStage, WatchedWorker } from '../telemetry/telemetry-stage';
import { until, VISIBILITY_LAG_MS } from '../support/until';
import { missing, startPrometheus } from './prometheus';
import type { Prometheus } from './prometheus';
import { namesIn } from './promql';
import { alertQueries, dashboardQueries, DEPLOY } from './queries';

/** The SDK's counters are absent until they first count, and these count what no test may bring about at will. */
const NOT_BEFORE_A_FAULT = new Set(['temporal_workflow_task_execution_failed_total']);
const QUERY = { corpus: 'MAIL', dataScope: 'ALL_DATA', method: 'ENTIRE_ORG' } as const;
/** Prometheus adds these itself. */
const TARGET_LABELS = ['job', 'instance'];
const QUERIES = [...alertQueries(), ...dashboardQueries()];

let stage: TelemetryStage;
let worker: WatchedWorker;
let samples: ScrapedSample[];
let prometheus: Prometheus | undefined;

/** One job of each kind that the queries speak of: completed, counted, cancelled, one that runs. */
beforeAll(async () => {
  stage = await setTelemetryStage({ fake: { linkMode: 'linked' } });
  worker = await stage.startWatchedWorker();
  const { matterId } = stage;
  stage.fake.script({ match: { namePrefix: 'quick' }, behaviour: { afterMs: 200 } });
  stage.fake.script({ match: { namePrefix: 'slow' }, behaviour: { end: 'never' } });
  stage.fake.script({ match: { kind: 'count' }, behaviour: { afterMs: 200 } });
  const start = (name: string) =>
    stage.jobs.startExport(mailExport(matterId, { source: { type: 'create', name, query: QUERY } }));
  const [quick, cancelled, running, count] = await Promise.all([
    start('quick'),
    start('slow-cancelled'),
    start('slow-running'),
    stage.jobs.startCount(mailCount(matterId)),
  ]);
  await untilPolled(stage, cancelled.jobId);
  await stage.jobs.requestCancel(cancelled.jobId, { reason: 'test' });
  await Promise.all([quick, cancelled, count].map(({ jobId }) => stage.jobs.result(jobId)));
  await untilPolled(stage, running.jobId);
  samples = await until(
    'the scrape to show all four',
    async () => {
      const seen = await worker.scrape();
      const isThere =
        total(seen, 'vault_jobs_ended', { outcome: 'CANCELLED' }) >= 1 &&
        total(seen, 'vault_jobs_ended', { outcome: 'COMPLETED' }) >= 2 &&
        total(seen, 'vault_jobs_open', { state: 'RUNNING' }) >= 1;
      return isThere && seen;
    },
    VISIBILITY_LAG_MS,
  );
  if (missing('prometheus') === undefined) prometheus = await startPrometheus(new URL(worker.url).host);
}, 2 * VISIBILITY_LAG_MS);

afterAll(async () => {
  await prometheus?.close();
  await stage?.close();
});

it.each(QUERIES)('every name in "$title" is in the scrape of a worker: $query', ({ query }) => {
  const { selectors, grouping, isValid } = namesIn(query);
  expect(isValid).toBe(true);
  expect(selectors.length).toBeGreaterThan(0);
  const known = new Set(TARGET_LABELS);
  for (const { metric, labels } of selectors) {
    if (NOT_BEFORE_A_FAULT.has(metric)) return;
    const found = samples.filter(({ name }) => name === metric);
    expect({ metric, isThere: found.length > 0 }).toEqual({ metric, isThere: true });
    const has = new Set(found.flatMap((sample) => Object.keys(sample.labels)));
    for (const label of has) known.add(label);
    expect(labels.filter((label) => !has.has(label) && !TARGET_LABELS.includes(label))).toEqual([]);
  }
  expect(grouping.filter((label) => !known.has(label))).toEqual([]);
});

it('the names that no scrape here shows are in the SDK itself', () => {
  const native = readFileSync(
    require.resolve('@temporalio/core-bridge/releases/x86_64-unknown-linux-gnu/index.node'),
    'latin1',
  );
  const names = [...NOT_BEFORE_A_FAULT].map((name) => name.replace(/^temporal_|_total$/g, ''));
  expect(names.filter((name) => !native.includes(name))).toEqual([]);
});

it('two workers show the same shared gauges, so that a maximum is the truth', async () => {
  const second = await stage.startWatchedWorker();
  const other = await until('the second to show the job that runs', async () => {
    const seen = await second.scrape();
    return total(seen, 'vault_jobs_open', { state: 'RUNNING' }) >= 1 && seen;
  });
  const states = (seen: ScrapedSample[]) =>
    seen.filter(({ name }) => name === 'vault_jobs_ended').map(({ labels, value }) => ({ labels, value }));
  expect(states(other)).toEqual(states(await worker.scrape()));
  await second.stop();
});

const lacking = missing('prometheus') ?? missing('promtool');
if (lacking !== undefined) process.stderr.write(`Tests with Prometheus itself are skipped: ${lacking}\n`);

(lacking === undefined ? describe : describe.skip)('with Prometheus itself', () => {
  it('every query can be evaluated', async () => {
    const refused: string[] = [];
    for (const { title, query } of QUERIES) {
      await prometheus?.query(query).catch((error: unknown) => refused.push(`${title}: ${String(error)}`));
    }
    expect(refused).toEqual([]);
  });

  it('rules and configuration are without fault', () => {
    const check = (...args: string[]) => spawnSync('promtool', ['check', ...args], { encoding: 'utf8' });
    for (const { status, stderr } of [
      check('rules', join(DEPLOY, 'prometheus', 'alerts.yml')),
      check('config', join(DEPLOY, 'prometheus', 'prometheus.yml')),
    ])
      expect({ status, stderr }).toMatchObject({ status: 0 });
  });
});
