import { log } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { LogEntry } from '@temporalio/worker';
import { logLine } from '../../src/cli/worker-log';
import { Metrics } from '../../src/telemetry/metrics';
import { observeSteps } from '../../src/telemetry/step-interceptor';
import { journal } from '../ledger/journals';
import { parseScrape, total } from './scrape';

const SILENT = new DefaultLogger('ERROR', () => undefined);
const input = { journal: journal('job-7', [], { tenant: 'legal' }), timing: {} };

it.each([
  ['done', undefined],
  ['look_again', ApplicationFailure.create({ type: 'LookAgain' })],
  ['waiting', ApplicationFailure.create({ type: 'Waiting' })],
  ['interrupted', new CancelledFailure('stopped')],
  ['failed', new TypeError('a bug')],
])('an attempt is counted as %s by how it ended', async (end, error) => {
  const metrics = new Metrics();
  const env = new MockActivityEnvironment(
    { activityType: 'watch' },
    { interceptors: [observeSteps(metrics)], logger: SILENT },
  );
  await env
    .run(async (given: object) => {
      if (error !== undefined) throw error;
      return given;
    }, input)
    .catch(() => undefined);
  const samples = parseScrape(await metrics.text());
  expect(total(samples, 'vault_jobs_step_attempts_total', { step: 'watch', end })).toBe(1);
  expect(total(samples, 'vault_jobs_step_attempts_total')).toBe(1);
});

it.each([
  { attempt: 1, observed: 1 },
  { attempt: 2, observed: 0 },
])('a wait for the turn ends with attempt 1 alone: attempt $attempt', async ({ attempt, observed }) => {
  const metrics = new Metrics();
  const env = new MockActivityEnvironment(
    { activityType: 'createExport', attempt },
    { interceptors: [observeSteps(metrics)], logger: SILENT },
  );
  await env.run(async (given: object) => given, input);
  const samples = parseScrape(await metrics.text());
  expect(total(samples, 'vault_jobs_queue_wait_seconds_count', { tenant: 'legal', kind: 'export' })).toBe(
    observed,
  );
});

it('whatever a step logs names job, kind and tenant, with and without metrics', async () => {
  const entries: LogEntry[] = [];
  const logger = new DefaultLogger('INFO', (entry) => entries.push(entry));
  const env = new MockActivityEnvironment({}, { interceptors: [observeSteps(undefined)], logger });
  await env.run(
    async ({ journal: { job } }: typeof input) => log.warn('could not count a poll', { state: job.jobId }),
    input,
  );
  const { workflowId } = env.context.info.workflowExecution!;
  expect(JSON.parse(logLine(entries[0]!, 'json'))).toMatchObject({
    message: 'could not count a poll',
    jobId: workflowId,
    kind: 'export',
    tenant: 'legal',
  });
});
