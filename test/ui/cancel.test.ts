import { asked, exportsNamed, untilPolled, untilRecord, untilState } from '../support/remote';
import { mailExport, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { inBrowser } from './support/in-browser';
import { strip, takePicture } from './support/pictures';
import type { TemporalUi } from './support/temporal-ui';

let stage: Stage;
let ui: TemporalUi;

beforeAll(async () => {
  stage = await setStage({ fake: { linkMode: 'linked' } });
});
afterAll(() => stage?.close());
inBrowser((fresh) => {
  ui = fresh;
});

/** A running export whose page a person has open. */
async function opened(jobId: string, behaviour: object = {}) {
  stage.fake.script({
    match: { nameRegex: `^${jobId}-vj` },
    behaviour: { end: 'never', artifacts: 188, cancel: { kind: 'honoured', afterMs: 0 }, ...behaviour },
  });
  await stage.jobs.startExport(mailExport(stage, jobId), { jobId });
  const { remote } = await untilPolled(stage, jobId);
  await ui.openJob(jobId);
  await ui.untilStatus('Running');
  return { exportId: remote.exportId!, operationName: remote.operationName! };
}

/** What the person, the record and Vault's own log say of a cancelled export. */
async function expectCancelled(jobId: string, operationName: string) {
  const record = await stage.jobs.result(jobId);
  expect(record).toMatchObject({ outcome: 'CANCELLED', cancel: { disposition: 'ACCEPTED', attempts: 1 } });
  expect(asked(stage, 'operations.cancel', { operationName }).map(({ status }) => status)).toEqual([200]);
  await ui.untilStatus('Completed');
  await ui.openTab('History');
  await ui.result.getByText('"CANCELLED"').waitFor();
  return record.cancel.requests;
}

it('Request Cancellation cancels in Vault, and the page shows the proven end', async () => {
  const { operationName } = await opened('smith-v-jones-chat');
  await ui.requestCancellation();
  const requests = await expectCancelled('smith-v-jones-chat', operationName);
  expect(requests).toMatchObject([{ source: 'native', requestedBy: 'temporal' }]);
  const page = await ui.currentDetails('ENDED: CANCELLED. Cancelled: Vault itself says so.');
  expect(page).toMatch(/Cancel\s+ACCEPTED: Vault took it; asked for .* by Request Cancellation/);
  await takePicture(ui.page, 'cancelled', strip(100, 580));
});

it('the signal cancel takes a reason as JSON', async () => {
  const { operationName } = await opened('signal-with-reason');
  await ui.send('Send a Signal', 'cancel', { reason: 'too broad', requestedBy: 'ann' });
  const requests = await expectCancelled('signal-with-reason', operationName);
  expect(requests).toMatchObject([{ source: 'signal', reason: 'too broad', requestedBy: 'ann' }]);
});

it('the signal cancel needs no data', async () => {
  const { operationName } = await opened('signal-without-data');
  await ui.send('Send a Signal', 'cancel');
  const requests = await expectCancelled('signal-without-data', operationName);
  expect(requests).toMatchObject([{ source: 'signal', reason: '', requestedBy: 'unknown' }]);
});

it('the update requestCancel answers in the history that the request stands', async () => {
  const { operationName } = await opened('by-update');
  await ui.send('Send an Update', 'requestCancel', 'too broad');
  const requests = await expectCancelled('by-update', operationName);
  expect(requests).toMatchObject([{ source: 'update', reason: 'too broad' }]);
  await ui.page
    .getByText(/"accepted":true/)
    .first()
    .waitFor();
});

it('an export that nothing can cancel says so, and what is left to do', async () => {
  const { exportId } = await opened('not-cancellable', { linked: false });
  await ui.requestCancellation();
  const { advice } = await untilState(stage, 'not-cancellable', 'NOT_CANCELLABLE');
  await ui.currentDetails(`NOT_CANCELLABLE. ${advice}`);
  stage.fake.scriptExport(exportId, { end: 'complete', afterMs: 0 });
  expect(await stage.jobs.result('not-cancellable')).toMatchObject({
    outcome: 'COMPLETED_DESPITE_CANCEL',
    cancel: { disposition: 'NO_OPERATION', attempts: 0 },
  });
  await ui.openTab('History');
  await ui.result.getByText('"COMPLETED_DESPITE_CANCEL"').waitFor();
});

it('a job that waits for a person says for what', async () => {
  await opened('lost-access');
  stage.fake.access({ matterId: stage.matterId, mode: 'denied' });
  const { advice } = await untilRecord(
    stage,
    'lost-access',
    'blocked',
    ({ blocked }) => blocked !== undefined,
  );
  const page = await ui.currentDetails(`RUNNING. ${advice}`);
  expect(page).toMatch(/Waits for\s+access since .* UTC: /);
  stage.fake.access({ matterId: stage.matterId, mode: 'granted' });
  await stage.jobs.requestCancel('lost-access');
  expect(await stage.jobs.result('lost-access')).toMatchObject({ outcome: 'CANCELLED' });
});

it('Terminate asks Vault for nothing and leaves no record', async () => {
  const { exportId, operationName } = await opened('terminated');
  const dialog = await ui.openAction('Terminate');
  await dialog.getByRole('textbox').fill('no longer wanted');
  await dialog.getByRole('button', { name: 'Terminate' }).click();
  await ui.untilStatus('Terminated');
  expect(asked(stage, 'operations.cancel', { operationName })).toEqual([]);
  expect((await stage.vault.getExport(stage.matterId, exportId)).status).toBe('IN_PROGRESS');
  await expect(stage.jobs.result('terminated')).rejects.toThrow(/terminated/i);
});

it('Terminate is not offered where the UI’s server switches it off', async () => {
  await ui.page.route('**/api/v1/settings*', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), WorkflowTerminateDisabled: true } });
  });
  await opened('not-to-be-terminated');
  await ui.openMenu();
  expect(await ui.page.getByRole('menuitem', { name: 'Terminate' }).count()).toBe(0);
});

describe('without a worker', () => {
  let idle: Stage;
  beforeEach(async () => {
    idle = await setStage({ worker: false });
  });
  afterEach(() => idle.close());

  it('Request Cancellation is kept, and the worker that comes makes nothing', async () => {
    await idle.jobs.startExport(mailExport(idle, 'early-button'), { jobId: 'early-button' });
    await ui.openJob('early-button');
    await ui.requestCancellation();
    await ui.page.getByText('Workflow Execution Cancel Requested').first().waitFor();
    await idle.startWorker();
    expect(await idle.jobs.result('early-button')).toMatchObject({
      outcome: 'CANCELLED',
      cancel: { disposition: 'NOT_NEEDED', requests: [{ source: 'native' }] },
    });
    expect(exportsNamed(idle, 'early-button')).toEqual([]);
    expect(asked(idle, 'matters.exports.create')).toEqual([]);
    await ui.untilStatus('Completed');
  });

  it('the signal cancel is sent by its name, and is kept too', async () => {
    await idle.jobs.startExport(mailExport(idle, 'early-signal'), { jobId: 'early-signal' });
    await ui.openJob('early-signal');
    await ui.sendByName('Send a Signal', 'cancel');
    await ui.page.getByText('Workflow Execution Signaled').first().waitFor();
    await idle.startWorker();
    expect(await idle.jobs.result('early-signal')).toMatchObject({
      outcome: 'CANCELLED',
      cancel: { disposition: 'NOT_NEEDED', requests: [{ source: 'signal' }] },
    });
    expect(asked(idle, 'matters.exports.create')).toEqual([]);
  });
});
