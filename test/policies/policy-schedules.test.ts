import { policyRuns } from '../../src/policies/policy-runs';
import { deletePolicy, pausePolicy, policyStatus, resumePolicy } from '../../src/policies/policy-control';
import { setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';
import { apply, lineOf, oldExport, policy, reportOf } from './policy-stage';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage({ fake: { linkMode: 'linked' } });
});
afterAll(async () => {
  try {
    await apply(stage);
  } finally {
    await stage?.close();
  }
});

const HONOURED = { behaviour: { cancel: { kind: 'honoured', afterMs: 0 } } };

async function runsOf(name: string) {
  return policyRuns(stage.temporal, stage.taskQueue, name, 50);
}

it('a policy runs by its schedule until it is paused, and again when it is resumed', async () => {
  const wanted = policy('second', { every: '1s' });
  // Its runs tell that as much time has passed as the other would have needed.
  const clock = policy('clock', { every: '1s', action: 'report' });
  const first = await oldExport(stage, 'second', HONOURED);
  await apply(stage, wanted, clock);
  expect((await stage.jobs.result(first.jobId)).outcome).toBe('CANCELLED');
  const report = await until('the run that asked to report', async () => {
    const runs = await runsOf('second');
    return runs.find((run) => run.report && run.report.asked > 0);
  });
  expect(lineOf(reportOf(report), first.jobId).sentence).toMatchObject({ outcome: 'CANCELLED' });

  await pausePolicy(stage.temporal, stage.taskQueue, 'second', 'ann: audit');
  await until('the last run to end', async () => {
    const { running } = await policyStatus(stage.temporal, stage.taskQueue, 'second');
    return !running;
  });
  const { lastRunAt } = await policyStatus(stage.temporal, stage.taskQueue, 'second');
  const second = await oldExport(stage, 'second', HONOURED);
  const ticks = (await runsOf('clock')).length;
  await until('three more runs of the other', async () => (await runsOf('clock')).length > ticks + 2);
  const paused = await policyStatus(stage.temporal, stage.taskQueue, 'second');
  expect(paused).toMatchObject({ paused: true, note: 'ann: audit', lastRunAt });
  expect((await stage.jobs.status(second.jobId)).record.cancel.requests).toEqual([]);

  await resumePolicy(stage.temporal, stage.taskQueue, 'second', 'ann: done');
  expect((await stage.jobs.result(second.jobId)).outcome).toBe('CANCELLED');
});

it('a deleted policy is gone, and so is its next run', async () => {
  await apply(stage, policy('gone', { every: '1s' }));
  await deletePolicy(stage.temporal, stage.taskQueue, 'gone');
  await expect(policyStatus(stage.temporal, stage.taskQueue, 'gone')).rejects.toThrow(/no policy gone/);
  await expect(deletePolicy(stage.temporal, stage.taskQueue, 'gone')).rejects.toThrow(/policies list/);
});
