import { untilPolled } from '../support/remote';
import { mailExport, QUICK, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';
import { inBrowser } from './support/in-browser';
import { strip, takePicture } from './support/pictures';
import type { TemporalUi } from './support/temporal-ui';

/** In the order in which README proposes them. */
const COLUMNS = ['VaultState', 'VaultOutcome', 'VaultJobKind', 'VaultMatterId'];
const MAIL = 'smith-v-jones-mail';
const DRIVE = 'smith-v-jones-drive';
const COUNT = 'smith-v-jones-count';
const PERSON_MS = 5_000;
const LIST_LIMIT_MS = 120_000;

let stage: Stage;
let ui: TemporalUi;

/** A matter with a mail export that runs, one that failed, and a count that is done. */
beforeAll(async () => {
  stage = await setStage({ fake: { linkMode: 'linked' } });
  const { fake, jobs } = stage;
  fake.script({ match: { namePrefix: MAIL }, behaviour: { end: 'never', artifacts: 188 } });
  fake.script({ match: { namePrefix: DRIVE }, behaviour: { end: 'fail', afterMs: 0 } });
  fake.script({ match: { kind: 'count' }, behaviour: { end: 'complete', afterMs: 0 } });
  const { source } = mailExport(stage, COUNT);
  const query = source.type === 'create' ? source.query : undefined;
  await jobs.startCount({ matterId: stage.matterId, query: query!, timing: QUICK }, { jobId: COUNT });
  await jobs.startExport(mailExport(stage, DRIVE), { jobId: DRIVE });
  const poll = { minMs: PERSON_MS, maxMs: PERSON_MS, ageFraction: 0 };
  const running = { limits: { deadlineMs: 12 * 3_600_000 }, timing: { ...QUICK, poll } };
  await jobs.startExport(mailExport(stage, MAIL, running), { jobId: MAIL });
  await Promise.all([jobs.result(COUNT), jobs.result(DRIVE), untilPolled(stage, MAIL)]);
}, 300_000);
afterAll(() => stage?.close());
inBrowser((fresh) => {
  ui = fresh;
});

it('a job is found by columns and filters that the UI itself offers', async () => {
  await ui.openList();
  await ui.chooseColumns({ add: COLUMNS, remove: ['Run ID', 'Type', 'End', 'Start'] });
  await ui.filterBy('VaultMatterId', stage.matterId);
  const seen = () => Promise.all([MAIL, DRIVE, COUNT].map((jobId) => ui.row(jobId, ['Status', ...COLUMNS])));
  // The list is eventually consistent, and shows what it was when it was loaded.
  const rows = await until(
    'the list to show how the jobs stand',
    async () => {
      await ui.page.reload();
      await ui.table.getByRole('link', { name: MAIL, exact: true }).waitFor();
      const shown = await seen();
      return shown.map(([, state]) => state).join() === 'RUNNING,ENDED,ENDED' && shown;
    },
    LIST_LIMIT_MS,
  );
  const { matterId } = stage;
  expect(rows).toEqual([
    ['Running', 'RUNNING', '', 'export', matterId],
    ['Completed', 'ENDED', 'FAILED', 'export', matterId],
    ['Completed', 'ENDED', 'COMPLETED', 'count', matterId],
  ]);
  await ui.page.getByRole('button', { name: 'Collapse saved views' }).click();
  await takePicture(ui.page, 'list', strip(60, 330));

  await ui.filterBy('VaultState', 'RUNNING');
  await until('the list to show the running job alone', async () => {
    const states = (await seen()).map(([, state]) => state);
    return states.join() === 'RUNNING,,';
  });
});

it('its page says how it stands, what to do next, and how to cancel', async () => {
  const { record } = await stage.jobs.status(MAIL);
  await ui.openJob(MAIL);
  const page = await ui.panel('Current Details');
  expect(page).toContain(`RUNNING. ${record.advice}`);
  expect(page).toContain('Pending Activities');
  expect(page).toContain(stage.matterId);
  expect(page).toContain(record.remote.exportId);
  expect(page).toContain(record.remote.operationName);
  expect(page).toMatch(/Deadline\s+\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, then the job cancels itself/);
  expect(await ui.panel('Summary')).toContain(`export: ${MAIL}`);
  expect(await ui.panel('Details')).toMatch(/Request Cancellation.*Do not Terminate/s);
  await takePicture(ui.page, 'status', strip(100, 580));
});

it('its pending activity says what the last look saw, and that nothing broke', async () => {
  await ui.openJob(MAIL);
  await ui.openTab('Pending Activities');
  const card = ui.page.getByRole('main');
  await card
    .getByText(/Export IN_PROGRESS, \d+ of 188 artifacts; looks again in 5s/)
    .first()
    .waitFor();
  expect(await card.getByText('Stack Trace').count()).toBe(0);
  await takePicture(ui.page, 'progress', strip(265, 350));
});

it('the menus of signals and updates explain themselves', async () => {
  await ui.openJob(MAIL);
  const signals = await ui.openNames('Send a Signal');
  expect(await signals.allInnerTexts()).toEqual([
    expect.stringMatching(/^cancel\n+Cancels this job.*"a reason".*"requestedBy"/s),
    expect.stringMatching(/^blocked\n+Internal/),
    expect.stringMatching(/^unblocked\n+Internal/),
    expect.stringMatching(/^Custom/),
  ]);
  await takePicture(ui.page, 'signal', await ui.dialog.boundingBox());
  await ui.closeDialog();
  const updates = await ui.openNames('Send an Update');
  expect(await updates.allInnerTexts()).toEqual([
    expect.stringMatching(/^requestCancel\n+The same cancel, answered at once/),
    expect.stringMatching(/^linkOperation\n+Names the operation/),
    expect.stringMatching(/^Custom/),
  ]);
});

it('the query status shows the record', async () => {
  await ui.openJob(MAIL);
  await ui.openTab('Queries');
  await ui.page.getByRole('button', { name: 'Run Query' }).click();
  await ui.page.getByText('"RUNNING"').waitFor();
  const record = ui.page.getByRole('textbox').filter({ hasText: '"RUNNING"' });
  expect(await record.innerText()).toContain(stage.matterId);
});
