import { DEADLINE, JOB_KIND, MATTER_ID, OUTCOME, STATE, TENANT } from '../../src/domain/search-attributes';
import type { JobRecord } from '../../src/domain/job-record';
import { untilPolled } from '../support/remote';
import { resetToItsBeginning } from '../support/reset';
import { mailExport, QUICK, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage({ fake: { durations: { exportMs: 500 } } });
});
afterAll(() => stage?.close());

it('a job started by hand is found by the same attributes as any other', async () => {
  const { matterId, source } = mailExport(stage, 'by-hand');
  const handle = await stage.temporal.workflow.start('vaultExport', {
    workflowId: 'by-hand',
    taskQueue: stage.taskQueue,
    args: [{ matterId, source, timing: QUICK }],
  });
  await handle.result();
  const { typedSearchAttributes: attributes } = await handle.describe();
  expect([JOB_KIND, TENANT, MATTER_ID, STATE, OUTCOME].map((key) => attributes.get(key))).toEqual([
    'export',
    'default',
    stage.matterId,
    'ENDED',
    'COMPLETED',
  ]);
});

it('a job started by hand with some attributes gets those it lacks, and its own where they were another’s', async () => {
  const { matterId, source } = mailExport(stage, 'half-by-hand');
  const limits = { deadlineMs: 3_600_000 };
  const handle = await stage.temporal.workflow.start('vaultExport', {
    workflowId: 'half-by-hand',
    taskQueue: stage.taskQueue,
    args: [{ matterId, source, limits, tenant: 'ours', timing: QUICK }],
    typedSearchAttributes: [
      { key: JOB_KIND, value: 'export' },
      { key: TENANT, value: 'theirs' },
    ],
  });
  const { deadlineAt }: JobRecord = await handle.result();
  const { typedSearchAttributes: attributes } = await handle.describe();
  expect([JOB_KIND, TENANT, MATTER_ID, STATE, OUTCOME].map((key) => attributes.get(key))).toEqual([
    'export',
    'ours',
    stage.matterId,
    'ENDED',
    'COMPLETED',
  ]);
  expect(attributes.get(DEADLINE)?.toISOString()).toBe(deadlineAt);
});

it('a job started by hand under a name that cannot be seen is refused, and goes on after a reset of one that ran', async () => {
  const { matterId, source } = mailExport(stage, 'gpj.\u202Eexe');
  const start = () =>
    stage.temporal.workflow.start('vaultExport', {
      workflowId: 'unseen-by-hand',
      taskQueue: stage.taskQueue,
      args: [{ matterId, source, timing: QUICK }],
    });
  await expect((await start()).result()).rejects.toMatchObject({
    cause: { type: 'RequestRefused', message: expect.stringContaining('cannot be seen') },
  });
  await resetToItsBeginning(stage.temporal, 'unseen-by-hand');
  expect(await stage.temporal.workflow.getHandle('unseen-by-hand').result()).toMatchObject({
    outcome: 'COMPLETED',
  });
});

it('what the Temporal UI shows of a job’s name is no markup', async () => {
  const operationName = 'operations/[l](https://evil.example)`![i](x)';
  const { jobId } = await stage.jobs.watchOperation({ operationName, timing: QUICK });
  const { raw } = await stage.temporal.workflow.getHandle(jobId).describe();
  const summary = Buffer.from(raw.executionConfig!.userMetadata!.summary!.data!).toString();
  expect(JSON.parse(summary)).toBe("operation: `operations/[l](https://evil.example)'![i](x)`");
  await stage.temporal.workflow.getHandle(jobId).terminate('test');
});

it('a job that our client started writes no attribute that it was given', async () => {
  const { jobId } = await stage.jobs.startExport(
    mailExport(stage, 'given', { limits: { deadlineMs: 3_600_000 } }),
  );
  await stage.jobs.result(jobId);
  const { events } = await stage.temporal.workflow.getHandle(jobId).fetchHistory();
  expect(events!.filter((event) => event.markerRecordedEventAttributes)).toEqual([]);
});

it('jobs are listed by kind, state, outcome and matter', async () => {
  const { matterId } = stage.fake.seedMatter();
  const { jobId } = await stage.jobs.startExport(mailExport(stage, 'listed', { matterId }));
  await stage.jobs.result(jobId);
  const found = await until('the list to show it', async () => {
    const jobs = await stage.jobs.list({ kind: 'export', state: 'ENDED', outcome: 'COMPLETED', matterId });
    return jobs[0];
  });
  expect(found).toMatchObject({ jobId, kind: 'export', state: 'ENDED', outcome: 'COMPLETED', matterId });
  expect(await stage.jobs.list({ matterId, outcome: 'FAILED' })).toEqual([]);
});

it('a matter id cannot break out of the list’s query', async () => {
  expect(await stage.jobs.list({ matterId: "x' OR VaultJobKind = 'export" })).toEqual([]);
});

it('the record that the ledger keeps is the workflow’s result', async () => {
  const { jobId } = await stage.jobs.startExport(mailExport(stage, 'recorded'));
  const result = await stage.jobs.result(jobId);
  const kept = await stage.ledger.job(jobId);
  expect(kept).toMatchObject({ state: 'ENDED', outcome: 'COMPLETED', record: result });
});

it('status answers without a worker, and without Temporal’s memory', async () => {
  const quiet = await setStage({ worker: false });
  try {
    const { jobId } = await quiet.jobs.startExport(mailExport(quiet, 'quiet'));
    expect(await quiet.jobs.status(jobId)).toMatchObject({
      source: 'temporal',
      record: { state: 'QUEUED' },
      unpolledQueue: quiet.taskQueue,
    });
  } finally {
    await quiet.close();
  }
  const { jobId } = await stage.jobs.startExport(mailExport(stage, 'forgotten'));
  await stage.jobs.result(jobId);
  const { workflowService } = stage.temporal;
  await workflowService.deleteWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: jobId },
  });
  // The server deletes in the background, when its own queues are through: half a minute is usual.
  const status = await until(
    'Temporal to forget it',
    async () => {
      const seen = await stage.jobs.status(jobId);
      return seen.source === 'ledger' && seen;
    },
    150_000,
  );
  expect(status.record).toMatchObject({ outcome: 'COMPLETED' });
  expect(await stage.jobs.requestCancel(jobId)).toMatchObject({ answer: 'ALREADY_ENDED' });
  for await (const answer of stage.jobs.requestCancelOfEach([jobId, 'nobody'])) {
    expect(answer.answer).toBe(answer.jobId === jobId ? 'ALREADY_ENDED' : 'NOT_FOUND');
  }
  expect(await stage.jobs.startExport(mailExport(stage, 'forgotten'))).toMatchObject({
    existed: true,
    record: { outcome: 'COMPLETED' },
  });
}, 180_000);

it('the stack of a waiting job says where it waits, in few frames each', async () => {
  stage.fake.script({ match: { nameRegex: '^waiting-vj' }, behaviour: { end: 'never' } });
  const { jobId } = await stage.jobs.startExport(mailExport(stage, 'waiting'));
  await untilPolled(stage, jobId);
  const stack = await stage.temporal.workflow.getHandle(jobId).query<string>('__stack_trace');
  for (const place of ['watchToTheEnd', 'carryOutCancel', 'untilLastLimit']) expect(stack).toContain(place);
  const frames = stack.split('\n\n').map((one) => one.trim().split('\n').length);
  expect(Math.max(...frames)).toBeLessThanOrEqual(5);
});

it('a job that nobody knows is not found', async () => {
  await expect(stage.jobs.status('nobody')).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
  await expect(stage.jobs.requestCancel('nobody')).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
  await expect(stage.jobs.history('nobody')).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
});

it('neither terms nor addresses are in what the ledger keeps, nor in search attributes', async () => {
  const { jobId } = await stage.jobs.startExport(mailExport(stage, 'private'));
  await untilPolled(stage, jobId);
  await stage.jobs.requestCancel(jobId);
  await stage.jobs.result(jobId);
  const { typedSearchAttributes, memo } = await stage.temporal.workflow.getHandle(jobId).describe();
  const kept = JSON.stringify([
    await stage.ledger.job(jobId),
    await stage.ledger.events(jobId),
    typedSearchAttributes.getAll(),
    memo,
  ]);
  expect(kept).toContain(jobId);
  expect(kept).not.toMatch(/confidential terms|a@example\.com|vault-admin@/);
});
