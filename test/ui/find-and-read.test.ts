import type { Browser } from 'playwright-core';
import { untilPolled } from '../support/remote';
import { mailExport, QUICK, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';
import { openBrowser, openPage } from './support/browser';
import { takePicture } from './support/pictures';
import { TemporalUi } from './support/temporal-ui';

/** In the order in which README proposes them. */
const COLUMNS = ['VaultState', 'VaultOutcome', 'VaultJobKind', 'VaultMatterId'];
const LIMIT_MS = 120_000;

let stage: Stage;
let browser: Browser;
let ui: TemporalUi;

beforeAll(async () => {
  stage = await setStage({ fake: { linkMode: 'linked' } });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await stage?.close();
});
beforeEach(async () => {
  ui = new TemporalUi(await openPage(browser));
});
afterEach(() => ui.page.context().close());

async function runningExport(jobId: string): Promise<void> {
  stage.fake.script({ match: { nameRegex: `^${jobId}-vj` }, behaviour: { end: 'never', artifacts: 188 } });
  await stage.jobs.startExport(mailExport(stage, jobId, { limits: { deadlineMs: 12 * 3_600_000 } }), {
    jobId,
  });
  await untilPolled(stage, jobId);
}

it('a job is found by columns and by a filter that the UI itself offers', async () => {
  await runningExport('smith-v-jones-mail');
  stage.fake.script({ match: { kind: 'count' }, behaviour: { end: 'complete', afterMs: 0 } });
  const { matterId } = stage;
  await stage.jobs.startCount(
    {
      matterId,
      query: {
        corpus: 'MAIL',
        dataScope: 'ALL_DATA',
        method: 'ACCOUNT',
        accountInfo: { emails: ['a@example.com'] },
      },
      timing: QUICK,
    },
    { jobId: 'smith-v-jones-count' },
  );
  await stage.jobs.result('smith-v-jones-count');

  await ui.openList();
  await ui.chooseColumns({ add: COLUMNS, remove: ['Run ID', 'Type', 'End', 'Start'] });
  const seen = async (jobId: string) => {
    await ui.page.reload();
    await ui.table.waitFor();
    return ui.row(jobId, ['Status', ...COLUMNS]);
  };
  // The list is eventually consistent.
  await until('the running job', async () => (await seen('smith-v-jones-mail'))[1] === 'RUNNING', LIMIT_MS);
  await until('the ended job', async () => (await seen('smith-v-jones-count'))[1] === 'ENDED', LIMIT_MS);
  expect(await seen('smith-v-jones-mail')).toEqual(['Running', 'RUNNING', '', 'export', matterId]);
  expect(await seen('smith-v-jones-count')).toEqual(['Completed', 'ENDED', 'COMPLETED', 'count', matterId]);
  await takePicture(ui.page, 'list', { top: 60, height: 330 });

  await ui.filterBy('VaultState', 'RUNNING');
  await ui.table
    .getByRole('link', { name: 'smith-v-jones-count', exact: true })
    .waitFor({ state: 'detached' });
  expect(await ui.row('smith-v-jones-mail', ['VaultState'])).toEqual(['RUNNING']);
});

it('its page says how it stands, what to do next, and how to cancel', async () => {
  await runningExport('how-it-stands');
  const { record } = await stage.jobs.status('how-it-stands');
  await ui.openJob('how-it-stands');
  const page = await ui.panel('Current Details');
  expect(page).toContain(`RUNNING. ${record.advice}`);
  expect(page).toContain('Pending Activities');
  expect(page).toContain(stage.matterId);
  expect(page).toContain(record.remote.exportId);
  expect(page).toContain(record.remote.operationName);
  expect(page).toMatch(/Deadline\s+\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, then the job cancels itself/);
  expect(await ui.panel('Summary')).toContain('export: how-it-stands');
  expect(await ui.panel('Details')).toMatch(/Request Cancellation.*\n.*Do not Terminate/s);
  await takePicture(ui.page, 'status', { top: 60, height: 560 });
});

it('its pending activity says what the last look saw, and that nothing broke', async () => {
  await runningExport('last-look');
  await ui.openJob('last-look');
  await ui.openTab('Pending Activities');
  const card = ui.page.getByRole('main');
  await card
    .getByText(/Export IN_PROGRESS, \d+ of 188 artifacts; looks again in/)
    .first()
    .waitFor();
  expect(await card.getByText('Stack Trace').count()).toBe(0);
  await takePicture(ui.page, 'progress', { top: 270, height: 340 });
});

it('the menus of signals, updates and queries explain themselves', async () => {
  await runningExport('menus');
  await ui.openJob('menus');
  const signals = await ui.openNames('Send a Signal');
  expect(await signals.allInnerTexts()).toEqual([
    expect.stringMatching(/^cancel\n+Cancels this job.*"a reason".*"requestedBy"/s),
    expect.stringMatching(/^blocked\n+Internal/),
    expect.stringMatching(/^unblocked\n+Internal/),
    expect.stringMatching(/^Custom/),
  ]);
  await takePicture(ui.page, 'signal', { top: 100, height: 640 });
  await ui.closeDialog();
  const updates = await ui.openNames('Send an Update');
  expect(await updates.allInnerTexts()).toEqual([
    expect.stringMatching(/^requestCancel\n+The same cancel, answered at once/),
    expect.stringMatching(/^linkOperation\n+Names the operation/),
    expect.stringMatching(/^Custom/),
  ]);
  await ui.closeDialog();
  await ui.openTab('Queries');
  await ui.page.getByRole('button', { name: 'Run Query' }).click();
  await ui.page.getByText('"RUNNING"').waitFor();
});
