import { randomUUID } from 'node:crypto';
import { asked, untilRecord, untilState } from '../support/remote';
import { recordHistory } from '../support/record-histories';
import { mailExport, QUICK, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { POLICY_RUN_TYPE } from '../../src/domain/messages';
import type { Policy } from '../../src/domain/policy';
import { scheduleIdOf } from '../../src/policies/policy-schedule';
import { endOf, runPolicyNow } from '../../src/policies/policy-runs';
import { pausePolicy, deletePolicy } from '../../src/policies/policy-control';
import {
  applyBeside,
  lineOf,
  oldExport,
  policy,
  reportOf,
  runNow,
  untilListed,
} from '../policies/policy-stage';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage({ fake: { linkMode: 'linked' } });
});
afterAll(() => stage?.close());

const HONOURED = { cancel: { kind: 'honoured', afterMs: 0 } };

/** A run without its schedule, as it was started when the policy read so. */
async function startRun(wanted: Policy) {
  const scheduleId = scheduleIdOf(stage.taskQueue, wanted.name);
  return stage.temporal.workflow.start(POLICY_RUN_TYPE, {
    workflowId: `run-${randomUUID()}`,
    taskQueue: stage.taskQueue,
    args: [{ scheduleId, policy: wanted }],
  });
}

async function requestsOf(jobId: string) {
  const { record } = await stage.jobs.status(jobId);
  return record.cancel.requests;
}

describe('a run', () => {
  it('cancels what is stale, leaves alone what is not, and reports each', async () => {
    const wanted = policy('each');
    const stale = await oldExport(stage, 'each', { behaviour: HONOURED });
    const stubborn = await oldExport(stage, 'each', {
      behaviour: { cancel: { kind: 'completes-anyway', afterMs: 0 } },
    });
    const young = await oldExport(stage, 'each', { ageHours: 5 });
    await untilListed(stage, wanted, 3);
    await applyBeside(stage, wanted);
    const { run } = await runPolicyNow(stage.temporal, stage.taskQueue, 'each');
    const report = reportOf(await endOf(run));
    expect(report).toMatchObject({
      policy: 'each',
      matched: 3,
      stale: 2,
      asked: 2,
      counts: { STALE: 2, TOO_YOUNG: 1 },
    });
    expect(lineOf(report, stale.jobId).sentence).toEqual({
      type: 'ENDED',
      outcome: 'CANCELLED',
      disposition: 'ACCEPTED',
    });
    expect(lineOf(report, stubborn.jobId).sentence).toMatchObject({ outcome: 'COMPLETED_DESPITE_CANCEL' });
    expect(lineOf(report, young.jobId)).toMatchObject({ standing: { type: 'TOO_YOUNG' } });
    expect(lineOf(report, young.jobId).sentence).toBeUndefined();
    expect(await requestsOf(young.jobId)).toEqual([]);
    expect(await requestsOf(stale.jobId)).toMatchObject([
      { source: 'policy', requestedBy: 'policy:each', onlyIf: { olderThanMs: 21_600_000 } },
    ]);
    await recordHistory(run, 'vaultPolicyRun');
  });

  it('counts the age of a job that has made nothing from its start', async () => {
    const wanted = policy('unmade', { olderThan: '1s' });
    stage.fake.fault({
      method: 'vault.matters.exports.create',
      match: { matterId: stage.matterId },
      times: 'always',
      answer: { kind: 'error', status: 'UNAVAILABLE' },
    });
    const { jobId } = await stage.jobs.startExport(
      mailExport(stage, 'unmade', { tenant: 'unmade', timing: { ...QUICK, backoffMinMs: 500 } }),
    );
    const { startedAt } = await untilState(stage, jobId, 'CREATING');
    await untilListed(stage, wanted, 1);
    await applyBeside(stage, { ...wanted, action: 'report' });
    expect(lineOf(await runNow(stage, 'unmade'), jobId).since).toBe(startedAt);
    await stage.jobs.requestCancel(jobId);
  });

  it('neither asks nor counts nor waits for what was asked before, cannot be cancelled or is blocked', async () => {
    const wanted = policy('spared', { maxCancels: 1, waitFor: '1h' });
    const askedBefore = await oldExport(stage, 'spared', { behaviour: { cancel: { kind: 'never-ends' } } });
    const hopeless = await oldExport(stage, 'spared', { behaviour: { linked: false } });
    const blocked = await oldExport(stage, 'spared', {});
    const stale = await oldExport(stage, 'spared', { behaviour: HONOURED });
    await stage.jobs.requestCancel(askedBefore.jobId, { requestedBy: 'ann' });
    await stage.jobs.requestCancel(hopeless.jobId, { requestedBy: 'ann' });
    stage.fake.access({ matterId: blocked.matterId, mode: 'denied' });
    await untilState(stage, askedBefore.jobId, 'CANCELLING');
    await untilState(stage, hopeless.jobId, 'NOT_CANCELLABLE');
    await untilRecord(stage, blocked.jobId, 'blocked', (record) => record.blocked !== undefined);
    await untilListed(stage, wanted, 4);
    await applyBeside(stage, wanted);
    const report = await runNow(stage, 'spared');
    expect(report).toMatchObject({ stale: 1, asked: 1 });
    expect(report.overCap).toBeUndefined();
    expect(lineOf(report, askedBefore.jobId).standing).toEqual({ type: 'ALREADY_ASKED' });
    expect(lineOf(report, hopeless.jobId).standing).toEqual({ type: 'NOT_CANCELLABLE' });
    expect(lineOf(report, blocked.jobId).standing).toEqual({ type: 'BLOCKED', on: 'access' });
    expect(lineOf(report, stale.jobId).sentence).toMatchObject({ outcome: 'CANCELLED' });
    for (const { jobId } of [askedBefore, hopeless]) expect(await requestsOf(jobId)).toHaveLength(1);
    expect(await requestsOf(blocked.jobId)).toEqual([]);
  });

  it('does not wait for a job that turns out not to be cancellable', async () => {
    const wanted = policy('turns-out', { waitFor: '1h' });
    const { jobId } = await oldExport(stage, 'turns-out', { behaviour: { linked: false } });
    await untilListed(stage, wanted, 1);
    await applyBeside(stage, wanted);
    const report = await runNow(stage, 'turns-out');
    expect(lineOf(report, jobId).sentence).toEqual({ type: 'NOT_CANCELLABLE', disposition: 'NO_OPERATION' });
    expect(await runNow(stage, 'turns-out')).toMatchObject({
      stale: 0,
      asked: 0,
      counts: { NOT_CANCELLABLE: 1 },
    });
  });

  it('asks none where more are stale than it may cancel', async () => {
    const wanted = policy('capped', { maxCancels: 1 });
    const jobs = [await oldExport(stage, 'capped'), await oldExport(stage, 'capped')];
    await untilListed(stage, wanted, 2);
    await applyBeside(stage, wanted);
    const report = await runNow(stage, 'capped');
    expect(report).toMatchObject({ stale: 2, asked: 0, overCap: { maxCancels: 1 } });
    for (const { jobId } of jobs) {
      expect(lineOf(report, jobId).sentence).toEqual({ type: 'OVER_CAP' });
      expect(await requestsOf(jobId)).toEqual([]);
    }
  });

  it.each([
    ['dry', { dryRun: true }],
    ['reporting', { action: 'report' as const }],
  ])('that is only %s asks none', async (name, change) => {
    const wanted = policy(name, change);
    const { jobId } = await oldExport(stage, name);
    await untilListed(stage, wanted, 1);
    await applyBeside(stage, wanted);
    const report = await runNow(stage, name);
    expect(report).toMatchObject({ stale: 1, asked: 0 });
    expect(lineOf(report, jobId).sentence).toEqual({ type: 'WOULD_CANCEL' });
    expect(await requestsOf(jobId)).toEqual([]);
  });

  it('leaves excluded matters, jobs and names alone', async () => {
    const jobs = {
      matters: await oldExport(stage, 'except'),
      jobs: await oldExport(stage, 'except'),
      names: await oldExport(stage, 'except', { name: 'Legal-Hold-acme' }),
    };
    const stale = await oldExport(stage, 'except', { behaviour: HONOURED });
    const wanted = policy('except', {
      except: { matters: [jobs.matters.matterId], jobs: [jobs.jobs.jobId], names: ['legal-hold-*'] },
    });
    await untilListed(stage, wanted, 4);
    await applyBeside(stage, wanted);
    const report = await runNow(stage, 'except');
    expect(report).toMatchObject({ stale: 1, asked: 1 });
    expect(lineOf(report, stale.jobId).sentence).toMatchObject({ outcome: 'CANCELLED' });
    for (const [by, { jobId }] of Object.entries(jobs)) {
      expect(lineOf(report, jobId).standing).toEqual({ type: 'EXCLUDED', by });
      expect(await requestsOf(jobId)).toEqual([]);
    }
  });

  it.each([
    ['deletes what its owner allowed to delete', 'owner-allows', {}, { type: 'ENDED', outcome: 'DELETED' }],
    ['may forbid that', 'forbidden', { allowDelete: false as const }, { type: 'NOT_CANCELLABLE' }],
  ])('%s', async (_what, name, change, sentence) => {
    const wanted = policy(name, change);
    const { jobId, exportId } = await oldExport(stage, name, {
      behaviour: { linked: false },
      whenNotCancellable: 'delete-export',
    });
    await untilListed(stage, wanted, 1);
    await applyBeside(stage, wanted);
    const report = await runNow(stage, name);
    expect(lineOf(report, jobId).sentence).toMatchObject(sentence);
    const deletions = stage.fake
      .log({ method: 'vault.matters.exports.delete' })
      .filter((entry) => entry.exportId === exportId);
    expect(deletions).toHaveLength(name === 'forbidden' ? 0 : 1);
  });

  it('ends with its report while a request is pending, which stands all the same', async () => {
    const wanted = policy('pending', { waitFor: '1s' });
    const { jobId, exportId } = await oldExport(stage, 'pending', {
      behaviour: { cancel: { kind: 'never-ends' } },
    });
    await untilListed(stage, wanted, 1);
    await applyBeside(stage, wanted);
    expect(lineOf(await runNow(stage, 'pending'), jobId).sentence).toEqual({ type: 'PENDING' });
    stage.fake.scriptExport(exportId, { end: 'complete', afterMs: 0 });
    expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED_DESPITE_CANCEL');
  });
});

describe('two runs at once', () => {
  it('ask Vault once for each job', async () => {
    const wanted = policy('twice');
    const jobs = [
      await oldExport(stage, 'twice', { behaviour: HONOURED }),
      await oldExport(stage, 'twice', { behaviour: HONOURED }),
    ];
    const operations = await Promise.all(
      jobs.map(async ({ jobId }) => (await stage.jobs.status(jobId)).record.remote.operationName!),
    );
    await untilListed(stage, wanted, 2);
    await applyBeside(stage, wanted);
    const runs = [await startRun(wanted), await startRun(wanted)];
    const reports = (await Promise.all(runs.map(endOf))).map(reportOf);
    expect(reports.map(({ policy: name }) => name)).toEqual(['twice', 'twice']);
    for (const operationName of operations) {
      expect(asked(stage, 'operations.cancel', { operationName })).toHaveLength(1);
    }
    for (const { jobId } of jobs) {
      const record = await stage.jobs.result(jobId);
      expect(record).toMatchObject({ outcome: 'CANCELLED', cancel: { attempts: 1 } });
    }
  });
});

describe('a policy that no longer stands asks none', () => {
  const CASES: [string, (wanted: Policy) => Promise<unknown>, string][] = [
    ['paused', (wanted) => pausePolicy(stage.temporal, stage.taskQueue, wanted.name, 'audit'), 'paused'],
    [
      'changed',
      async (wanted) => {
        await deletePolicy(stage.temporal, stage.taskQueue, wanted.name);
        await applyBeside(stage, { ...wanted, olderThan: '8h' });
      },
      'changed',
    ],
    ['deleted', (wanted) => deletePolicy(stage.temporal, stage.taskQueue, wanted.name), 'deleted'],
  ];
  it.each(CASES)('when it was %s while a run was under way', async (name, change, because) => {
    const wanted = policy(`was-${name}`);
    const { jobId } = await oldExport(stage, wanted.name);
    await untilListed(stage, wanted, 1);
    await applyBeside(stage, wanted);
    await change(wanted);
    const report = reportOf(await endOf(await startRun(wanted)));
    expect(report).toMatchObject({ stale: 1, asked: 0 });
    expect(lineOf(report, jobId).sentence).toEqual({
      type: 'CALLED_OFF',
      because: `the policy was ${because}`,
    });
    expect(await requestsOf(jobId)).toEqual([]);
  });
});

it('a run that is cancelled still reports what it asked', async () => {
  const wanted = policy('stopped', { waitFor: '1h' });
  const { jobId } = await oldExport(stage, 'stopped', { behaviour: { cancel: { kind: 'never-ends' } } });
  await untilListed(stage, wanted, 1);
  await applyBeside(stage, wanted);
  const run = await startRun(wanted);
  await untilState(stage, jobId, 'CANCELLING');
  await run.cancel();
  const report = reportOf(await endOf(run));
  expect(lineOf(report, jobId).sentence).toEqual({ type: 'PENDING' });
});

it('input that is no policy fails the run in one sentence', async () => {
  const run = await stage.temporal.workflow.start(POLICY_RUN_TYPE, {
    workflowId: `run-${randomUUID()}`,
    taskQueue: stage.taskQueue,
    args: [{ policy: { name: 'x' } }],
  });
  expect(await endOf(run)).toMatchObject({
    state: 'FAILED',
    because: expect.stringMatching(/^The request is not valid: scheduleId: /),
  });
});
