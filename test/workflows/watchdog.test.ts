import { exportsNamed, untilPolled, untilState } from '../support/remote';
import { mailExport, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage({ fake: { linkMode: 'linked', operationsList: 'served' } });
});
afterAll(() => stage?.close());

async function running(id: string): Promise<string> {
  stage.fake.script({
    match: { nameRegex: `^${id}-vj` },
    behaviour: { end: 'never', cancel: { kind: 'never-ends' } },
  });
  const { jobId } = await stage.jobs.startExport(mailExport(stage, id), { jobId: id });
  await untilPolled(stage, jobId);
  return jobId;
}

interface Report {
  takenUp: string[];
  leftAlone: { jobId: string; why: string }[];
}

let runs = 0;
/** Visibility lags: runs until one tells of the job. */
async function watchdog(jobId: string): Promise<Report> {
  return until(`a run that tells of ${jobId}`, async () => {
    const report: Report = await stage.temporal.workflow.execute('vaultWatchdog', {
      workflowId: `watchdog-${stage.taskQueue}-${runs++}`,
      taskQueue: stage.taskQueue,
    });
    return [...report.takenUp, ...report.leftAlone.map((left) => left.jobId)].includes(jobId) && report;
  });
}

const terminate = (jobId: string) => stage.temporal.workflow.getHandle(jobId).terminate('by hand');

it('goes on with a terminated job under its id, with what was asked of it, and the record says so', async () => {
  const jobId = await running('ended');
  await stage.jobs.requestCancel(jobId, { requestId: 'c1' });
  await untilState(stage, jobId, 'CANCELLING');
  await terminate(jobId);
  expect((await watchdog(jobId)).takenUp).toEqual([jobId]);
  const { remote } = await untilState(stage, jobId, 'CANCELLING');
  stage.fake.scriptExport(remote.exportId!, { end: 'complete', afterMs: 0 });
  expect(await stage.jobs.result(jobId)).toMatchObject({
    outcome: 'COMPLETED_DESPITE_CANCEL',
    takenUp: 1,
    cancel: { disposition: 'ACCEPTED', requests: [{ requestId: 'c1' }] },
  });
  expect(exportsNamed(stage, 'ended')).toHaveLength(1);
  const started = (await stage.jobs.history(jobId)).filter(({ type }) => type === 'STARTED');
  expect(started.at(-1)?.detail).toMatchObject({ takenUpBy: 'watchdog' });
});

it('goes on with the job itself where another request under its id was refused since, and with nothing that one asked', async () => {
  const jobId = await running('refused-since');
  await terminate(jobId);
  const { taskQueue } = stage;
  const count = {
    matterId: stage.matterId,
    query: { corpus: 'MAIL', dataScope: 'ALL_DATA', method: 'ENTIRE_ORG' },
  };
  const options = { workflowId: jobId, taskQueue, signal: 'cancel', signalArgs: [{ requestId: 'theirs' }] };
  await stage.temporal.workflow.signalWithStart('vaultCount', { ...options, args: [count] });
  await stage.temporal.workflow
    .getHandle(jobId)
    .result()
    .catch(() => undefined);
  expect((await watchdog(jobId)).takenUp).toContain(jobId);
  const { remote, kind } = await untilState(stage, jobId, 'RUNNING');
  expect(kind).toBe('export');
  stage.fake.scriptExport(remote.exportId!, { end: 'complete', afterMs: 0 });
  expect(await stage.jobs.result(jobId)).toMatchObject({
    outcome: 'COMPLETED',
    cancel: { requestsTotal: 0 },
  });
});

it('leaves an abandoned job alone, for good', async () => {
  const jobId = await running('abandoned');
  await stage.jobs.abandon(jobId, { reason: 'handed over', requestedBy: 'ann' });
  expect((await stage.temporal.workflow.getHandle(jobId).describe()).status.name).toBe('TERMINATED');
  const other = await running('beside');
  await terminate(other);
  const report = await watchdog(other);
  expect(report.takenUp).toEqual([other]);
  expect(await stage.ledger.job(jobId)).toMatchObject({ state: 'ENDED' });
  expect((await stage.jobs.history(jobId)).at(-1)).toMatchObject({
    type: 'ABANDONED',
    detail: { reason: 'handed over', requestedBy: 'ann' },
  });
});

it('leaves a job alone that was ended three times, and says so', async () => {
  const jobId = await running('often');
  for (let time = 0; time < 2; time++) {
    await terminate(jobId);
    expect((await watchdog(jobId)).takenUp).toContain(jobId);
    await untilState(stage, jobId, 'RUNNING');
  }
  await terminate(jobId);
  const { leftAlone } = await watchdog(jobId);
  expect(leftAlone).toContainEqual({ jobId, why: 'ENDED_TOO_OFTEN' });
});
