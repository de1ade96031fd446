import { asked, untilPolled, untilRecord } from '../support/remote';
import { mailExport, QUICK, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage({ fake: { linkMode: 'linked' } });
});
afterAll(() => stage?.close());

async function running(name: string) {
  stage.fake.script({
    match: { nameRegex: `^${name}-vj` },
    behaviour: { end: 'never', cancel: { kind: 'never-ends' } },
  });
  const { jobId } = await stage.jobs.startExport(
    mailExport(stage, name, { timing: { ...QUICK, cancelSettleMs: 5000 } }),
  );
  const { remote } = await untilPolled(stage, jobId);
  return { jobId, exportId: remote.exportId!, operationName: remote.operationName! };
}

/** The export shows the cancel at once, its operation some looks later. */
function cancelTakesEffect({ exportId, operationName }: { exportId: string; operationName: string }): void {
  stage.fake.scriptOperation(operationName, { operation: { end: 'error', code: 1, afterMs: 2500 } });
  stage.fake.scriptExport(exportId, { end: 'fail', afterMs: 0 });
}

it('an export that reads FAILED before its operation reads CANCELLED is cancelled', async () => {
  const { jobId, ...remote } = await running('export-first');
  await stage.jobs.requestCancel(jobId);
  await untilRecord(stage, jobId, 'ACCEPTED', ({ cancel }) => cancel.disposition === 'ACCEPTED');
  cancelTakesEffect(remote);
  expect(await stage.jobs.result(jobId)).toMatchObject({
    outcome: 'CANCELLED',
    remote: { exportStatusAtVerdict: 'FAILED', operation: { error: { code: 1 } } },
  });
});

it('one that reads FAILED before the answer to the cancel is there is judged with what came of it', async () => {
  const { jobId, ...remote } = await running('answer-late');
  const { operationName } = remote;
  stage.fake.fault({
    method: 'vault.operations.cancel',
    match: { operationName },
    when: 'after-effect',
    answer: { kind: 'latency', ms: 1500 },
  });
  await stage.jobs.requestCancel(jobId);
  await until('the cancel', () => asked(stage, 'operations.cancel', { operationName }).length);
  cancelTakesEffect(remote);
  expect(await stage.jobs.result(jobId)).toMatchObject({ outcome: 'CANCELLED' });
});

it('one whose operation says nothing for the settle time has failed', async () => {
  const { jobId, exportId } = await running('says-nothing');
  await stage.jobs.requestCancel(jobId);
  await untilRecord(stage, jobId, 'ACCEPTED', ({ cancel }) => cancel.disposition === 'ACCEPTED');
  stage.fake.scriptOperation((await stage.jobs.status(jobId)).record.remote.operationName!, {
    operation: { end: 'never' },
  });
  stage.fake.scriptExport(exportId, { end: 'fail', afterMs: 0 });
  expect(await stage.jobs.result(jobId)).toMatchObject({
    outcome: 'FAILED',
    cancel: { disposition: 'ACCEPTED' },
  });
});
