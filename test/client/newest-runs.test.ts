import type { Client } from '@temporalio/client';
import type { temporal as proto } from '@temporalio/proto';
import { closedWithoutRecord } from '../../src/telemetry/closed-without-record';
import { untilPolled } from '../support/remote';
import { resetToItsBeginning } from '../support/reset';
import { mailExport, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';

let stage: Stage;
/** Nobody serves its queue: what becomes of its jobs this file says. */
let idle: Stage;

beforeAll(async () => {
  [stage, idle] = await Promise.all([setStage(), setStage({ worker: false })]);
  stage.fake.script({ match: {}, behaviour: { end: 'never' } });
});
afterAll(() => Promise.all([stage?.close(), idle?.close()]));

/** Answers the next workflow task of a queue by failing its workflow. */
async function failNext({ temporal, taskQueue }: Stage, failure: proto.api.failure.v1.IFailure) {
  const { workflowService } = temporal;
  const { taskToken } = await workflowService.pollWorkflowTaskQueue({
    namespace: 'default',
    taskQueue: { name: taskQueue },
    identity: 'test',
  });
  await workflowService.respondWorkflowTaskCompleted({
    taskToken,
    identity: 'test',
    commands: [{ commandType: 5, failWorkflowExecutionCommandAttributes: { failure } }],
  });
}

async function withoutRecord(temporal: Client): Promise<Map<string, string>> {
  const found = await closedWithoutRecord(temporal, new Map());
  return new Map(found.map(({ jobId, status }) => [jobId, status]));
}

it('a job that was reset is one row, and no job that ended without a record', async () => {
  const { jobs, temporal } = stage;
  const { matterId } = stage.fake.seedMatter();
  const { jobId } = await jobs.startExport(mailExport(stage, 'reset', { matterId }));
  const other = await jobs.startExport(mailExport(stage, 'terminated', { matterId }));
  await untilPolled(stage, jobId);
  await untilPolled(stage, other.jobId);
  await resetToItsBeginning(temporal, jobId);
  await temporal.workflow.getHandle(other.jobId).terminate('test');
  const query = `VaultMatterId = '${matterId}'`;
  await until('visibility to show three runs, two of them closed', async () => {
    const closed = await temporal.workflow.count(`${query} AND ExecutionStatus = 'Terminated'`);
    return closed.count === 2 && (await temporal.workflow.count(query)).count === 3;
  });

  const listed = await jobs.list({ query });
  expect(listed.map((job) => [job.jobId, job.state])).toEqual([
    [jobId, expect.stringMatching(/QUEUED|CREATING|RUNNING/)],
    [other.jobId, 'TERMINATED'],
  ]);
  const terminated = await jobs.list({ query: `${query} AND ExecutionStatus = 'Terminated'` });
  expect(terminated.map((job) => job.jobId)).toEqual([other.jobId]);
  const told = await withoutRecord(temporal);
  expect([told.get(jobId), told.get(other.jobId)]).toEqual([undefined, 'Terminated']);

  await temporal.workflow.getHandle(jobId).terminate('test');
  await until('the terminated run to be told of', async () => (await withoutRecord(temporal)).has(jobId));
});

it('a job whose step failed has ended without a record, one whose request was refused has not', async () => {
  const { jobs, temporal } = idle;
  const { matterId } = idle.fake.seedMatter();
  const failures = {
    step: { activityFailureInfo: { activityId: '1', activityType: { name: 'watch' } } },
    refused: { applicationFailureInfo: { type: 'RequestRefused', nonRetryable: true } },
    other: { applicationFailureInfo: { type: 'TypeError', nonRetryable: true } },
  };
  const ids: Record<string, string> = {};
  for (const [name, info] of Object.entries(failures)) {
    const { jobId } = await jobs.startExport(mailExport(idle, name, { matterId }));
    ids[name] = jobId;
    await failNext(idle, { message: 'test', ...info });
  }
  const query = `VaultMatterId = '${matterId}' AND ExecutionStatus = 'Failed'`;
  await until('visibility to show three', async () => (await jobs.count({ query })) === 3);
  const told = await withoutRecord(temporal);
  expect([told.get(ids.step!), told.get(ids.refused!), told.get(ids.other!)]).toEqual([
    'Failed',
    undefined,
    'Failed',
  ]);
});

it('a job that ran out of its time shows as list and status say alike', async () => {
  const { jobs, temporal, taskQueue } = idle;
  const workflowId = `timed-out-${taskQueue}`;
  await temporal.workflow.start('vaultExport', {
    workflowId,
    taskQueue,
    args: [mailExport(idle, 'timed-out')],
    workflowExecutionTimeout: 100,
  });
  const query = `WorkflowId = '${workflowId}' AND ExecutionStatus = 'TimedOut'`;
  await until('visibility to show it', async () => (await jobs.count({ query })) === 1);
  expect(await jobs.list({ query })).toMatchObject([{ state: 'TIMED_OUT' }]);
  await expect(jobs.status(workflowId)).rejects.toThrow('TIMED_OUT');
  expect((await withoutRecord(temporal)).get(workflowId)).toBe('TimedOut');
});
