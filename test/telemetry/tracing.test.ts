import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { randomUUID } from 'node:crypto';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { Worker } from '@temporalio/worker';
import { DROPPED_SPANS } from '../../src/worker/worker-observers';
import { completeExport } from '../crash/at-step';
import { mailExport, untilPolled } from '../crash/jobs';
import { until } from '../support/until';
import { startOtlpReceiver } from './otlp-receiver';
import type { OtlpReceiver, ReceivedSpan } from './otlp-receiver';
import { setTelemetryStage } from './telemetry-stage';
import type { TelemetryStage } from './telemetry-stage';

/** Not so short as in other tests: a command asks for no waits of its own. */
jest.setTimeout(120_000);

const CLI = join(__dirname, '..', '..', 'dist', 'src', 'cli', 'main.js');

let stage: TelemetryStage;
let receiver: OtlpReceiver;
let tracing: NodeJS.ProcessEnv;

beforeEach(async () => {
  stage = await setTelemetryStage();
  receiver = await startOtlpReceiver();
  tracing = {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '100',
  };
});
afterEach(async () => {
  await stage?.close();
  await receiver?.close();
});

/** With the built command, as a person does: the trace begins in it. */
async function startByCommand(env: NodeJS.ProcessEnv): Promise<string> {
  const request = {
    name: 'acme',
    query: {
      corpus: 'MAIL',
      dataScope: 'ALL_DATA',
      method: 'ACCOUNT',
      accountInfo: { emails: ['custodian@example.com'] },
      terms: 'confidential terms',
    },
  };
  const jobId = `traced-${randomUUID()}`;
  const file = join(tmpdir(), `${jobId}.json`);
  await writeFile(file, JSON.stringify(request));
  const args = [CLI, 'export', 'start', '--file', file, '--matter', stage.matterId, '--id', jobId, '--json'];
  await promisify(execFile)(process.execPath, args, { env: { ...stage.env, ...env } });
  return jobId;
}

function chainOf(spans: readonly ReceivedSpan[], last: ReceivedSpan): string[] {
  const parent = spans.find(({ spanId }) => spanId === last.parentSpanId);
  return [...(parent ? chainOf(spans, parent) : []), last.name];
}

it('one trace leads from the command through job and step to each HTTP call', async () => {
  await stage.startWatchedWorker(tracing);
  stage.fake.script({ match: { matterId: stage.matterId }, behaviour: { afterMs: 100 } });
  const jobId = await startByCommand(tracing);
  const { remote } = await stage.jobs.result(jobId);
  const ended = await until('the span of the whole job', () =>
    receiver.spans().find(({ name }) => name === 'RunWorkflow:vaultExport'),
  );
  const trace = receiver.spans().filter(({ traceId }) => traceId === ended.traceId);
  const created = trace.find(({ name }) => name === 'Vault:vault.matters.exports.create');
  expect(created?.attributes).toMatchObject({ 'vault.answer': 'OK', 'vault.quota_units': 11 });
  expect(chainOf(trace, created!)).toEqual([
    'StartWorkflow:vaultExport',
    'RunWorkflow:vaultExport',
    'StartActivity:createExport',
    'RunActivity:createExport',
    'Vault:vault.matters.exports.create',
  ]);
  const sent = receiver.raw();
  const secrets = [stage.matterId, remote.exportId!, 'confidential', 'example.com', 'Bearer'];
  expect(secrets.filter((secret) => sent.includes(secret))).toEqual([]);
  expect(sent).toContain(jobId);
});

it('spans go out as protobuf unless somebody says otherwise', async () => {
  await stage.startWatchedWorker({ ...tracing, OTEL_EXPORTER_OTLP_PROTOCOL: '' });
  await stage.jobs.startExport(mailExport(stage.matterId));
  await until('spans to come in', () => receiver.contentTypes.size > 0);
  expect([...receiver.contentTypes]).toEqual(['application/x-protobuf']);
});

it.each([
  { of: 'traced', by: 'without tracing', isTraced: true },
  { of: 'untraced', by: 'with tracing', isTraced: false },
])(
  'a worker $by takes over a job that began $of, and the ledger has each line once',
  async ({ isTraced }) => {
    const first = await stage.startWatchedWorker(isTraced ? tracing : {});
    stage.fake.script({ match: { matterId: stage.matterId }, behaviour: { end: 'never' } });
    const jobId = await startByCommand(isTraced ? tracing : {});
    await untilPolled(stage, jobId);
    await stage.jobs.requestCancel(jobId, { reason: 'taken by the first' });
    await until('the first request to be written', async () =>
      (await stage.jobs.history(jobId)).some(({ type }) => type === 'CANCEL_REQUESTED'),
    );
    await first.kill();
    await stage.startWatchedWorker(isTraced ? {} : tracing);
    await stage.jobs.requestCancel(jobId, { reason: 'taken by the second' });
    await until('the second to be written', async () => {
      const requests = (await stage.jobs.history(jobId)).filter(({ type }) => type === 'CANCEL_REQUESTED');
      return requests.length >= 2;
    });
    completeExport(stage, stage.matterId);
    const record = await stage.jobs.result(jobId);
    expect(record).toMatchObject({ outcome: 'COMPLETED_DESPITE_CANCEL', cancel: { requestsTotal: 2 } });
    const events = await stage.jobs.history(jobId);
    const said = events
      .filter(({ type }) => type !== 'ATTEMPT_BEGUN' && type !== 'ATTEMPT_ANSWERED')
      .map(({ type, detail }) => JSON.stringify([type, detail]));
    expect(said.filter((line, i) => said.indexOf(line) !== i)).toEqual([]);
    const history: unknown = JSON.parse(
      historyToJSON(await stage.temporal.workflow.getHandle(jobId).fetchHistory()),
    );
    const workflowBundle = { codePath: process.env.TEST_WORKFLOW_BUNDLE! };
    await expect(
      Worker.runReplayHistory({ workflowBundle, sinks: DROPPED_SPANS }, history),
    ).resolves.toBeUndefined();
    expect(JSON.stringify(history).includes('_tracer-data')).toBe(isTraced);
  },
);

it('nothing is sent and no header written where nobody asked for traces', async () => {
  await stage.startWatchedWorker();
  stage.fake.script({ match: { matterId: stage.matterId }, behaviour: { afterMs: 100 } });
  const jobId = await startByCommand({});
  await stage.jobs.result(jobId);
  const history = historyToJSON(await stage.temporal.workflow.getHandle(jobId).fetchHistory());
  expect(history).not.toContain('_tracer-data');
});
