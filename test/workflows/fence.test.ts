import type { Journal } from '../../src/domain/journal';
import { asked, exportsNamed, untilRecord } from '../support/remote';
import { mailExport, QUICK, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage({ fake: { linkMode: 'linked', operationsList: 'served' } });
});
afterAll(() => stage?.close());

/** The process sleeps right after it has written down that it is about to send. */
function sleepAfterNoteOf(step: string, jobId: string, ms: number): () => void {
  const { ledger } = stage;
  const append = ledger.append.bind(ledger);
  let hasSlept = false;
  ledger.append = async (journal: Journal) => {
    await append(journal);
    const isNote = journal.entries.some(
      ({ type, detail }) => type === 'ATTEMPT_BEGUN' && detail.step === step,
    );
    if (journal.job.jobId !== jobId || !isNote || hasSlept) return;
    hasSlept = true;
    await new Promise((wake) => setTimeout(wake, ms));
  };
  return () => {
    ledger.append = append;
  };
}

const answers = async (jobId: string, step: string) =>
  (await stage.jobs.history(jobId))
    .filter(({ type, detail }) => type === 'ATTEMPT_ANSWERED' && detail.step === step)
    .map(({ detail }) => [detail.answer, detail.executed]);

const timing = { ...QUICK, requestTimeoutMs: 1_000 };

it('an attempt that slept longer than its request may take sends no create any more', async () => {
  stage.fake.script({ match: { nameRegex: '^slept-vj' }, behaviour: { end: 'never' } });
  const wakeUp = sleepAfterNoteOf('create', 'slept', 1_500);
  const { jobId } = await stage.jobs.startExport(mailExport(stage, 'slept', { timing }), { jobId: 'slept' });
  await untilRecord(stage, jobId, 'running', ({ state }) => state === 'RUNNING');
  wakeUp();
  expect(exportsNamed(stage, 'slept')).toHaveLength(1);
  expect(asked(stage, 'matters.exports.create', { exportName: 'slept' })).toHaveLength(1);
  expect(await answers(jobId, 'create')).toEqual([
    ['TRANSIENT', false],
    ['OK', undefined],
  ]);
});

it('nor a cancel', async () => {
  stage.fake.script({
    match: { nameRegex: '^slept-too-vj' },
    behaviour: { end: 'never', cancel: { kind: 'honoured', afterMs: 0 } },
  });
  const { jobId } = await stage.jobs.startExport(mailExport(stage, 'slept-too', { timing }), {
    jobId: 'slept-too',
  });
  const { remote } = await untilRecord(stage, jobId, 'running', ({ state }) => state === 'RUNNING');
  const wakeUp = sleepAfterNoteOf('cancel', jobId, 1_500);
  await stage.jobs.requestCancel(jobId);
  await until('its end', async () => (await stage.jobs.status(jobId)).record.outcome);
  wakeUp();
  expect(asked(stage, 'operations.cancel', { operationName: remote.operationName! })).toHaveLength(1);
  expect(await answers(jobId, 'cancel')).toEqual([
    ['TRANSIENT', false],
    ['OK', undefined],
  ]);
});
