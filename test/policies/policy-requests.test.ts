import { askToCancel } from '../../src/policies/ask-to-cancel';
import { followRequests } from '../../src/policies/follow-requests';
import { scheduleIdOf } from '../../src/policies/policy-schedule';
import type { Policy } from '../../src/domain/policy';
import type { Sentence } from '../../src/domain/policy-report';
import { untilState } from '../support/remote';
import { setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { applyBeside, oldExport, policy } from './policy-stage';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage({ fake: { linkMode: 'linked' } });
});
afterAll(() => stage?.close());

/** What a run does to jobs that it found stale some time ago. */
async function askLater(wanted: Policy, jobIds: string[]): Promise<Record<string, Sentence>> {
  const run = { scheduleId: await applyBeside(stage, wanted), policy: wanted };
  const asked: string[] = [];
  const sentences: Record<string, Sentence> = {};
  for await (const answers of askToCancel(stage.temporal, run, 'request', jobIds, () => undefined)) {
    for (const answer of answers) {
      if (answer.type === 'ASKED') asked.push(answer.jobId);
      else sentences[answer.jobId] = answer.sentence;
    }
  }
  const followed = await followRequests(
    stage.temporal,
    { jobIds: asked, requestId: 'request', untilMs: Date.now() + 20_000 },
    () => undefined,
    new AbortController().signal,
  );
  for (const { jobId, sentence } of followed) sentences[jobId] = sentence;
  return sentences;
}

describe('a job that was found stale, and', () => {
  it('finished before it was asked, is reported so', async () => {
    const { jobId, exportId } = await oldExport(stage, 'finished');
    stage.fake.scriptExport(exportId, { end: 'complete', afterMs: 0 });
    await stage.jobs.result(jobId);
    expect(await askLater(policy('finished'), [jobId])).toEqual({ [jobId]: { type: 'FINISHED_MEANWHILE' } });
    expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED');
  });

  it('was asked by somebody else in between, declines', async () => {
    const { jobId } = await oldExport(stage, 'asked', { behaviour: { cancel: { kind: 'never-ends' } } });
    await stage.jobs.requestCancel(jobId, { requestedBy: 'ann' });
    await untilState(stage, jobId, 'CANCELLING');
    const sentences = await askLater(policy('asked'), [jobId]);
    expect(sentences[jobId]).toEqual({ type: 'SKIPPED', because: 'the job was CANCELLING' });
    const { record } = await stage.jobs.status(jobId);
    expect(record.cancel.requests).toMatchObject([
      { requestedBy: 'ann' },
      { requestedBy: 'policy:asked', source: 'policy', skipped: 'the job was CANCELLING' },
    ]);
  });

  it('is younger than the policy says, declines and goes on', async () => {
    const { jobId, exportId } = await oldExport(stage, 'younger', { ageHours: 5 });
    const sentences = await askLater(policy('younger'), [jobId]);
    expect(sentences[jobId]).toEqual({ type: 'SKIPPED', because: 'the job was not old enough' });
    stage.fake.scriptExport(exportId, { end: 'complete', afterMs: 0 });
    expect(await stage.jobs.result(jobId)).toMatchObject({
      outcome: 'COMPLETED',
      cancel: { disposition: 'NOT_ASKED', attempts: 0 },
    });
  });
});

it('a schedule that somebody edited into something else calls the requests off', async () => {
  const { jobId } = await oldExport(stage, 'edited');
  const wanted = policy('edited');
  const handle = stage.temporal.schedule.getHandle(scheduleIdOf(stage.taskQueue, 'edited'));
  const applied = applyBeside(stage, wanted);
  await applied;
  await handle.update((now) => ({ ...now, action: { ...now.action, args: ['nonsense'] } }));
  const run = { scheduleId: await applied, policy: wanted };
  for await (const answers of askToCancel(stage.temporal, run, 'request', [jobId], () => undefined)) {
    expect(answers).toEqual([
      { jobId, type: 'NOT_ASKED', sentence: { type: 'CALLED_OFF', because: 'the policy was changed' } },
    ]);
  }
  expect((await stage.jobs.status(jobId)).record.cancel.requests).toEqual([]);
});
