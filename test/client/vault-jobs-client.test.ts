import { randomUUID } from 'node:crypto';
import type { VaultJobsClient } from '../../src/client';
import { asked, untilPolled, untilRecord } from '../support/remote';
import { mailExport, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';

let stage: Stage;
let jobs: VaultJobsClient;

beforeAll(async () => {
  stage = await setStage({ fake: { linkMode: 'linked', durations: { exportMs: 500, cancelMs: 0 } } });
  ({ jobs } = stage);
  stage.fake.script({ match: { nameRegex: '^endless' }, behaviour: { end: 'never' } });
});
afterAll(() => stage?.close());

async function signalsIn(workflowId: string): Promise<number> {
  const { events = [] } = await stage.temporal.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).filter((event) => event.workflowExecutionSignaledEventAttributes).length;
}

/** Of any type at all: no worker serves its queue, so it stays open. */
async function foreignWorkflow(): Promise<string> {
  const workflowId = `foreign-${randomUUID()}`;
  await stage.temporal.workflow.start('somebodyElses', { workflowId, taskQueue: `none-${workflowId}` });
  return workflowId;
}

describe('a start', () => {
  it('under one requestId makes one job, under another another', async () => {
    const input = mailExport(stage, 'wish');
    const first = await jobs.startExport(input, { requestId: 'case-1' });
    expect(await jobs.startExport(input, { requestId: 'case-1' })).toEqual({ ...first, existed: true });
    const second = await jobs.startExport(input, { requestId: 'case-2' });
    expect(second).toMatchObject({ existed: false });
    await Promise.all([jobs.result(first.jobId), jobs.result(second.jobId)]);
    expect(stage.fake.state().exports.filter(({ name }) => name.startsWith('wish-'))).toHaveLength(2);
  });

  it('under a requestId that was used for something else is a conflict', async () => {
    await jobs.startExport(mailExport(stage, 'used'), { requestId: 'case-3' });
    await expect(jobs.startExport(mailExport(stage, 'other'), { requestId: 'case-3' })).rejects.toMatchObject(
      {
        code: 'JOB_CONFLICT',
      },
    );
    await expect(
      jobs.startExport(mailExport(stage, 'both'), { requestId: 'case-4', again: true }),
    ).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});

describe('waiting', () => {
  it('ends at the caller’s limit or signal, and the job goes on', async () => {
    const { jobId } = await jobs.startExport(mailExport(stage, 'endless-wait'));
    await expect(jobs.result(jobId, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'WAIT_TIMEOUT' });
    const gone = new AbortController();
    const waiting = jobs.result(jobId, { signal: gone.signal, timeoutMs: 600_000 });
    gone.abort(new Error('the caller has left'));
    await expect(waiting).rejects.toThrow('the caller has left');
    await expect(jobs.result(jobId, { signal: gone.signal })).rejects.toThrow('the caller has left');
    expect((await untilPolled(stage, jobId)).state).toBe('RUNNING');
    await jobs.requestCancel(jobId);
    expect(await jobs.result(jobId, { timeoutMs: 600_000 })).toMatchObject({ outcome: 'CANCELLED' });
  });
});

describe('a cancel', () => {
  it('is durable when it returns, without a worker, and one requestId is one request', async () => {
    const quiet = await setStage({ worker: false });
    try {
      const { jobId } = await quiet.jobs.startExport(mailExport(quiet, 'quiet'));
      const options = { requestId: 'case-5', reason: 'too broad', requestedBy: 'case-system' };
      const receipt = { answer: 'RECORDED', jobId, requestId: 'case-5' };
      expect(await quiet.jobs.requestCancel(jobId, options)).toEqual(receipt);
      expect(await quiet.jobs.requestCancel(jobId, options)).toEqual(receipt);
      await quiet.startWorker();
      expect(await quiet.jobs.result(jobId)).toMatchObject({
        outcome: 'CANCELLED',
        cancel: { requestsTotal: 1, requests: [{ requestId: 'case-5', reason: 'too broad' }] },
      });
      expect(asked(quiet, 'matters.exports.create')).toHaveLength(0);
    } finally {
      await quiet.close();
    }
  });

  it('is never sent to a workflow that is no job', async () => {
    const workflowId = await foreignWorkflow();
    await expect(jobs.requestCancel(workflowId)).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
    for await (const answer of jobs.requestCancelOfEach([workflowId])) {
      expect(answer).toMatchObject({ answer: 'NOT_FOUND' });
    }
    expect(await signalsIn(workflowId)).toBe(0);
  });

  it('for a job that ended without a record is answered, with why', async () => {
    const refused = await jobs.startExport(mailExport(stage, 'refused', { matterId: 'no-such-matter' }));
    await expect(jobs.result(refused.jobId)).rejects.toMatchObject({ code: 'JOB_FAILED' });
    expect(await jobs.requestCancel(refused.jobId)).toMatchObject({
      answer: 'ENDED_WITHOUT_RECORD',
      detail: expect.stringContaining('Vault refused'),
    });
    const terminated = await jobs.startExport(mailExport(stage, 'endless-terminated'));
    await untilPolled(stage, terminated.jobId);
    await stage.temporal.workflow.getHandle(terminated.jobId).terminate();
    expect(await jobs.requestCancel(terminated.jobId)).toMatchObject({
      answer: 'ENDED_WITHOUT_RECORD',
      detail: expect.stringContaining('unwatched'),
    });
  });
});

describe('a cancel of many', () => {
  it('answers for each: recorded, asked already, ended, unknown', async () => {
    const [open, standing, done] = await Promise.all(
      ['endless-open', 'endless-standing', 'done'].map(async (name) => {
        const { jobId } = await jobs.startExport(mailExport(stage, name));
        return jobId;
      }),
    );
    await jobs.result(done!);
    await untilPolled(stage, standing!);
    const { operationName } = (await untilPolled(stage, open!)).remote;
    const { remote } = await untilPolled(stage, standing!);
    stage.fake.scriptOperation(remote.operationName!, { end: 'never', cancel: { kind: 'never-ends' } });
    await jobs.requestCancel(standing!);
    await untilRecord(stage, standing!, 'CANCELLING', ({ state }) => state === 'CANCELLING');

    const answers = [];
    const ids = [open!, standing!, done!, 'nobody'];
    for await (const answer of jobs.requestCancelOfEach(ids, { requestId: 'bulk' })) answers.push(answer);
    expect(answers.map(({ jobId, answer }) => [jobId, answer])).toEqual([
      [open, 'RECORDED'],
      [standing, 'ALREADY_ASKED'],
      [done, 'ALREADY_ENDED'],
      ['nobody', 'NOT_FOUND'],
    ]);
    expect(await jobs.result(open!)).toMatchObject({ outcome: 'CANCELLED' });
    expect(asked(stage, 'operations.cancel', { operationName: operationName! })).toHaveLength(1);
    expect((await jobs.status(standing!)).record.cancel.requestsTotal).toBe(1);
  });
});

describe('a query', () => {
  it('narrows lists and counts to open jobs that meet it', async () => {
    const { matterId } = stage.fake.seedMatter();
    const { jobId } = await jobs.startExport(mailExport(stage, 'endless-listed', { matterId }));
    const ended = await jobs.startExport(mailExport(stage, 'listed', { matterId }));
    await jobs.result(ended.jobId);
    const query = `VaultMatterId = '${matterId}'`;
    await until('visibility to show both as they are', async () => {
      const [all, open] = await Promise.all([jobs.count({ query }), jobs.count({ query, open: true })]);
      return all === 2 && open === 1;
    });
    expect((await jobs.list({ query, open: true })).map((job) => job.jobId)).toEqual([jobId]);
  });

  it('that is wrong is refused with the server’s reason', async () => {
    const rejected = expect.objectContaining({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/^The query is not valid: .*Nonsense/),
    });
    await expect(jobs.list({ query: 'Nonsense = 1' })).rejects.toEqual(rejected);
    await expect(jobs.count({ query: 'Nonsense = 1' })).rejects.toEqual(rejected);
  });
});
