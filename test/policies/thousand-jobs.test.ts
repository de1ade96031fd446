import { Worker, NativeConnection } from '@temporalio/worker';
import { createPolicyActivities } from '../../activities/policy';
import { WORKFLOW_TYPES } from '../../src/domain/messages';
import { taskQueues } from '../../src/domain/task-queues';
import { STATE, TENANT } from '../../src/domain/search-attributes';
import { endOf, runPolicyNow } from '../../src/policies/policy-runs';
import { payloadConverterPath } from '../../src/worker/workflow-bundle';
import { setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { applyBeside, policy, reportOf, untilListed } from './policy-stage';

const JOBS = 1000;
const AT_ONCE = 50;

/** What the server takes in one payload, in one history, and from where on it says so. */
const WARN_PAYLOAD_BYTES = 512 * 1024;
const WARN_EVENTS = 10_240;

let stage: Stage;
let stop: () => Promise<void>;

/**
 * Jobs are cheap that wait for a worker of their create queue: each is a live workflow that answers how it
 * stands, takes a request and could not be told from others by a policy.
 */
beforeAll(async () => {
  stage = await setStage({ worker: false });
  const connection = await NativeConnection.connect({ address: process.env.TEST_TEMPORAL_ADDRESS! });
  const queues = taskQueues(stage.taskQueue);
  const workers = await Promise.all([
    Worker.create({
      connection,
      taskQueue: queues.workflow,
      workflowBundle: { codePath: process.env.TEST_WORKFLOW_BUNDLE! },
      dataConverter: { payloadConverterPath },
    }),
    Worker.create({
      connection,
      taskQueue: queues.policy,
      activities: createPolicyActivities({ temporal: stage.temporal }),
    }),
  ]);
  const running = workers.map((worker) => worker.run());
  stop = async () => {
    workers.forEach((worker) => worker.shutdown());
    await Promise.all(running);
    await connection.close();
  };
});
afterAll(async () => {
  await stop?.();
  await stage?.close();
});

async function startJob(index: number): Promise<string> {
  const { workflowId } = await stage.temporal.workflow.start(WORKFLOW_TYPES.operation, {
    workflowId: `${stage.taskQueue}-${index}`,
    taskQueue: stage.taskQueue,
    args: [{ operationName: `operations/${index}`, tenant: 'many' }],
    typedSearchAttributes: [
      { key: TENANT, value: 'many' },
      { key: STATE, value: 'QUEUED' },
    ],
  });
  return workflowId;
}

it(
  'one run asks a thousand jobs, each once, within every limit of the server',
  async () => {
    const jobIds: string[] = [];
    for (let from = 0; from < JOBS; from += AT_ONCE) {
      const some = Array.from({ length: AT_ONCE }, (_, i) => startJob(from + i));
      jobIds.push(...(await Promise.all(some)));
    }
    const wanted = policy('many', { olderThan: '1ms', maxCancels: JOBS, waitFor: '1s' });
    await untilListed(stage, wanted, JOBS);
    await applyBeside(stage, wanted);
    const { run } = await runPolicyNow(stage.temporal, stage.taskQueue, 'many');
    const report = reportOf(await endOf(run));
    expect(report).toMatchObject({ matched: JOBS, stale: JOBS, asked: JOBS, counts: { STALE: JOBS } });
    expect(report.lines.map(({ jobId }) => jobId).toSorted()).toEqual(jobIds.toSorted());
    for (const { sentence } of report.lines) expect(sentence).toEqual({ type: 'PENDING' });

    const { events = [] } = await run.fetchHistory();
    expect(events!.length).toBeLessThan(WARN_EVENTS / 100);
    for (const event of events!) {
      expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(WARN_PAYLOAD_BYTES * 2);
    }
    expect(Buffer.byteLength(JSON.stringify(report))).toBeLessThan(WARN_PAYLOAD_BYTES);

    for (const jobId of jobIds.filter((_, i) => i % 100 === 0)) {
      const { record } = await stage.jobs.status(jobId);
      expect(record.cancel.requests).toMatchObject([{ requestedBy: 'policy:many' }]);
      expect(record.cancel.requestsTotal).toBe(1);
    }
    const again = await runPolicyNow(stage.temporal, stage.taskQueue, 'many');
    expect(reportOf(await endOf(again.run))).toMatchObject({
      stale: 0,
      asked: 0,
      counts: { ALREADY_ASKED: JOBS },
    });
  },
  5 * 60_000,
);
