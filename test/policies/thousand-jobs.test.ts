import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { Worker, NativeConnection } from '@temporalio/worker';
import { createPolicyActivities } from '../../activities/policy';
import type { PolicyReport } from '../../src/domain/policy-report';
import { WORKFLOW_TYPES } from '../../src/domain/messages';
import { taskQueues } from '../../src/domain/task-queues';
import { STATE, TENANT } from '../../src/domain/search-attributes';
import { workerDataConverter } from '../../src/encryption/data-converter';
import { endOf, runPolicyNow } from '../../src/policies/policy-runs';
import { askJob } from '../../src/policies/survey';
import { setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';
import { applyBeside, policy, reportOf, untilListed } from './policy-stage';

const JOBS = 1000;
const AT_ONCE = 25;

/** The server refuses a single payload of this size, and a history of 50 MB. */
const MAX_BYTES = 2 * 1024 * 1024;
/** A server allows ten a second, to all: a page of 1,000, and the empty one behind it. */
const MAX_LISTS = 2;
/** The server allows 51,200. */
const MAX_EVENTS = 100;

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
      dataConverter: workerDataConverter(undefined),
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

/** A worker has no time for questions while it begins a thousand jobs, and a run would call them unreadable. */
async function untilAnswered(jobIds: readonly string[]): Promise<void> {
  await until('the jobs to have begun', async () => {
    const answers = await Promise.all(jobIds.map((jobId) => askJob(stage.temporal, jobId)));
    return answers.every((facts) => facts !== undefined);
  });
}

it(
  'one run asks a thousand jobs, each once, within every limit of the server',
  async () => {
    const jobIds: string[] = [];
    for (let from = 0; from < JOBS; from += AT_ONCE) {
      const some = Array.from({ length: AT_ONCE }, (_, i) => startJob(from + i));
      jobIds.push(...(await Promise.all(some)));
      await untilAnswered(jobIds.slice(from));
    }
    const wanted = policy('many', { olderThan: '1ms', maxCancels: JOBS, waitFor: '1s' });
    await untilListed(stage, wanted, JOBS);
    await applyBeside(stage, wanted);
    const first = await runOnce();
    expect(first).toMatchObject({ matched: JOBS });
    expect(first.lines.map(({ jobId }) => jobId).toSorted()).toEqual(jobIds.toSorted());

    // On a machine that is busy with other things some may not have answered in time: the next run has them.
    const asked = new Set<string>();
    for (let report = first; ; report = await runOnce()) {
      const now = report.lines.filter(({ sentence }) => sentence?.type === 'PENDING');
      for (const { jobId } of now) {
        expect(asked).not.toContain(jobId);
        asked.add(jobId);
      }
      if (asked.size === JOBS) break;
      expect(report.counts.UNREADABLE).toBeGreaterThan(0);
    }
    for (const jobId of jobIds.filter((_, i) => i % 100 === 0)) {
      const { record } = await stage.jobs.status(jobId);
      expect(record.cancel.requestsTotal).toBe(1);
      expect(record.cancel.requests).toMatchObject([{ requestedBy: 'policy:many' }]);
    }
    const last = await runOnce();
    expect(last).toMatchObject({ stale: 0, asked: 0 });
    const { ALREADY_ASKED = 0, UNREADABLE = 0 } = last.counts;
    expect(ALREADY_ASKED + UNREADABLE).toBe(JOBS);

    async function runOnce(): Promise<PolicyReport> {
      const lists = jest.spyOn(stage.temporal.workflowService, 'listWorkflowExecutions');
      const { run } = await runPolicyNow(stage.temporal, stage.taskQueue, 'many');
      const report = reportOf(await endOf(run));
      expect(lists.mock.calls.length).toBeLessThanOrEqual(MAX_LISTS);
      lists.mockRestore();
      const history = await run.fetchHistory();
      expect(history.events!.length).toBeLessThan(MAX_EVENTS);
      expect(Buffer.byteLength(historyToJSON(history))).toBeLessThan(MAX_BYTES);
      return report;
    }
  },
  15 * 60_000,
);
