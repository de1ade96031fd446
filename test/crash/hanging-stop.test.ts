import { QUICK } from '../support/stage';
import { until } from '../support/until';
import { setCrashStage } from './crash-stage';
import type { CrashStage } from './crash-stage';
import { mailExport } from './jobs';

jest.setTimeout(120_000);

/** Five minutes: far longer than anybody waits for a worker to end. */
const PATIENT = { ...QUICK, requestTimeoutMs: 300_000 };

let stage: CrashStage;
beforeEach(async () => {
  stage = await setCrashStage();
  stage.fake.script({ behaviour: { end: 'complete', afterMs: 300 } });
});
afterEach(() => stage?.close());

const creates = () => stage.fake.log({ method: 'vault.matters.exports.create' });

/** A job whose create was carried out and is never answered, with the worker that waits for it. */
async function hanging() {
  const worker = await stage.startWorker();
  const { matterId } = stage.fake.seedMatter();
  const fault = stage.fake.fault({
    method: 'vault.matters.exports.create',
    when: 'after-effect',
    answer: { kind: 'hang' },
  });
  const { jobId } = await stage.jobs.startExport(mailExport(matterId, { timing: PATIENT }));
  await until('the create to hang', () => creates().length === 1);
  return { worker, jobId, fault };
}

it('a worker that is told to stop while Vault does not answer gives the call up, and ends by itself', async () => {
  const { worker, jobId } = await hanging();
  await worker.stop();
  // A worker that had not ended within its time would have been killed.
  expect(await worker.exited).toBe('exit code 0');
  const events = await stage.ledger.events(jobId);
  const answer = events.find(({ type }) => type === 'ATTEMPT_ANSWERED');
  expect(answer?.detail).toMatchObject({ step: 'create', executed: 'unknown' });

  await stage.startWorker();
  // What was given up may have been carried out: it is looked for, and not made again.
  const [{ exportId } = {}] = stage.fake.log({ method: 'vault.matters.exports.create' });
  expect(exportId).toBeDefined();
  await until(
    'the export is looked for',
    () => stage.fake.log({ method: 'vault.matters.exports.list' }).length > 1,
  );
  expect(await stage.jobs.result(jobId)).toMatchObject({ outcome: 'COMPLETED', remote: { exportId } });
  expect(creates()).toHaveLength(1);
});

it('a second signal ends it at once, whatever is under way', async () => {
  const { worker } = await hanging();
  process.kill(worker.pid, 'SIGTERM');
  await until('it to say that it stops', () => worker.lastLines.includes('Stopping'));
  process.kill(worker.pid, 'SIGTERM');
  expect(await worker.exited).toBe('exit code 1');
});
