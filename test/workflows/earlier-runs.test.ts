import type { CancelOptions } from '../../src/client';
import type { BehaviourRule } from '../../src/fake-vault/script/behaviour';
import { asked, exportsNamed, untilPolled, untilRecord, untilState } from '../support/remote';
import { resetToItsBeginning, resetToItsLastTask } from '../support/reset';
import { MAIL_QUERY, mailExport, QUICK, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage({ fake: { linkMode: 'linked', operationsList: 'served' } });
});
afterAll(() => stage?.close());

const query = MAIL_QUERY;
const countRequest = (timing: object = QUICK) => ({ matterId: stage.matterId, query, timing });

const neverEnds = { end: 'never', cancel: { kind: 'never-ends' } } as const;
const obeys = { end: 'never', cancel: { kind: 'honoured', afterMs: 0 } } as const;

const scriptCounts = (cancel: { kind: 'never-ends' } | { kind: 'honoured'; afterMs: number }) =>
  stage.fake.script({
    match: { matterId: stage.matterId },
    behaviour: { end: 'never', operation: { end: 'never', afterMs: 0 }, cancel },
  });

async function runningExport(
  id: string,
  behaviour: BehaviourRule['behaviour'],
  change: object = {},
): Promise<string> {
  stage.fake.script({ match: { nameRegex: `^${id}-vj` }, behaviour });
  const { jobId } = await stage.jobs.startExport(mailExport(stage, id, change), { jobId: id });
  await untilPolled(stage, jobId);
  return jobId;
}

const requestLines = async (jobId: string) =>
  (await stage.jobs.history(jobId)).filter(({ type }) => type === 'CANCEL_REQUESTED');

const result = async (jobId: string) => stage.temporal.workflow.getHandle(jobId).result();

describe('a reset to the first task', () => {
  it('of a count that was asked to cancel finds its operation instead of saying that there is none', async () => {
    scriptCounts({ kind: 'never-ends' });
    const { jobId } = await stage.jobs.startCount(countRequest(), { jobId: 'reset-count' });
    await untilPolled(stage, jobId);
    const { operationName } = (await stage.jobs.status(jobId)).record.remote;
    await stage.jobs.requestCancel(jobId, { requestId: 'c1' });
    await untilState(stage, jobId, 'CANCELLING');
    await resetToItsBeginning(stage.temporal, jobId);
    const { remote, outcome } = await untilRecord(
      stage,
      jobId,
      'cancelling its operation',
      (record) => record.state === 'CANCELLING' || record.state === 'ENDED',
    );
    expect({ remote: remote.operationName, outcome }).toEqual({ remote: operationName, outcome: undefined });
    expect(asked(stage, 'matters.count')).toHaveLength(1);
  });

  it.each([
    ['with its signals', false],
    ['without them', true],
  ])('%s, keeps an accepted cancel and its requests', async (_how, withoutRequests) => {
    const id = `reset-accepted-${withoutRequests}`;
    const jobId = await runningExport(id, neverEnds);
    await stage.jobs.requestCancel(jobId, { requestId: 'c1', reason: 'too broad' });
    await untilState(stage, jobId, 'CANCELLING');
    const { record: before } = await stage.jobs.status(jobId);
    await resetToItsBeginning(stage.temporal, jobId, { withoutRequests });
    const { remote } = await untilRecord(
      stage,
      jobId,
      'taken up',
      ({ cancel, state }) => cancel.disposition === 'ACCEPTED' && state === 'CANCELLING',
    );
    stage.fake.scriptExport(remote.exportId!, { end: 'complete', afterMs: 0 });
    const record = await stage.jobs.result(jobId);
    expect(record).toMatchObject({
      outcome: 'COMPLETED_DESPITE_CANCEL',
      cancel: { disposition: 'ACCEPTED', requestsTotal: 1, acceptedAt: before.cancel.acceptedAt },
    });
    expect(record.cancel.requests).toEqual(before.cancel.requests);
    expect(await requestLines(jobId)).toHaveLength(1);
  });

  it.each<[string, CancelOptions['onlyIf']]>([
    ['by its state', { states: ['QUEUED', 'CREATING'] }],
    ['by its age', { olderThan: '1h' }],
  ])('does not judge anew what was refused %s', async (how, onlyIf) => {
    const id = `reset-skipped-${how.replaceAll(' ', '-')}`;
    const jobId = await runningExport(id, obeys);
    await stage.jobs.requestCancel(jobId, { requestId: `policy:${id}`, ...(onlyIf && { onlyIf }) });
    await stage.temporal.workflow.getHandle(jobId).signal('cancel', { ...(onlyIf && { onlyIf }) });
    const before = await untilRecord(stage, jobId, 'asked', ({ cancel }) => cancel.requestsTotal === 2);
    await until('both in the ledger', async () => (await requestLines(jobId)).length === 2);
    await resetToItsBeginning(stage.temporal, jobId);
    const after = await untilRecord(
      stage,
      jobId,
      'running anew with its requests',
      ({ state, cancel }) => state === 'RUNNING' && cancel.requestsTotal > 0,
    );
    expect(after.cancel).toMatchObject({ disposition: 'NOT_ASKED', requests: before.cancel.requests });
    expect(asked(stage, 'operations.cancel', { operationName: after.remote.operationName! })).toEqual([]);
    await stage.jobs.requestCancel(jobId, { requestId: 'now' });
    expect((await stage.jobs.result(jobId)).outcome).toBe('CANCELLED');
  });

  it('keeps the deadline where it was, and asks for it once', async () => {
    const jobId = await runningExport('reset-deadline', neverEnds, { limits: { deadlineMs: 5_000 } });
    const { deadlineAt } = await untilState(stage, jobId, 'CANCELLING');
    await resetToItsBeginning(stage.temporal, jobId);
    const { remote } = await untilState(stage, jobId, 'CANCELLING');
    stage.fake.scriptExport(remote.exportId!, { end: 'complete', afterMs: 0 });
    const record = await stage.jobs.result(jobId);
    expect(record).toMatchObject({
      outcome: 'COMPLETED_DESPITE_CANCEL',
      deadlineAt,
      cancel: { requestsTotal: 1, requests: [{ source: 'deadline' }] },
    });
  });

  it('knows that the job deleted its export itself', async () => {
    const id = 'reset-deleted';
    stage.fake.script({ match: { nameRegex: `^${id}-vj` }, behaviour: { end: 'never', linked: false } });
    const timing = { ...QUICK, goneReads: 8 };
    const { jobId } = await stage.jobs.startExport(
      mailExport(stage, id, { whenNotCancellable: 'delete-export', timing }),
      { jobId: id },
    );
    await untilPolled(stage, jobId);
    await stage.jobs.requestCancel(jobId);
    await until('deleted', async () =>
      (await stage.jobs.history(jobId)).some(
        ({ type, detail }) => type === 'ATTEMPT_ANSWERED' && detail.step === 'delete',
      ),
    );
    await resetToItsBeginning(stage.temporal, jobId, { withoutRequests: true });
    expect(await stage.jobs.result(jobId)).toMatchObject({
      outcome: 'DELETED',
      cancel: { requestsTotal: 1 },
    });
  });
});

describe('a reset to a later task', () => {
  it('without its signals still knows what was asked after it', async () => {
    const jobId = await runningExport('reset-late', neverEnds);
    const handle = stage.temporal.workflow.getHandle(jobId);
    const { events } = await handle.fetchHistory();
    const before = events!.length;
    await stage.jobs.requestCancel(jobId, { requestId: 'c1' });
    await untilState(stage, jobId, 'CANCELLING');
    await resetToItsLastTask(stage.temporal, jobId, { withoutRequests: true, before });
    const { remote } = await untilState(stage, jobId, 'CANCELLING');
    stage.fake.scriptExport(remote.exportId!, { end: 'complete', afterMs: 0 });
    expect(await stage.jobs.result(jobId)).toMatchObject({
      outcome: 'COMPLETED_DESPITE_CANCEL',
      cancel: { disposition: 'ACCEPTED', requestsTotal: 1, requests: [{ requestId: 'c1' }] },
    });
  });
});

describe('terminated and begun anew under its id', () => {
  const beginAnew = async (type: string, jobId: string, request: unknown) =>
    stage.temporal.workflow.signalWithStart(type, {
      workflowId: jobId,
      taskQueue: stage.taskQueue,
      args: [request],
      signal: 'cancel',
      signalArgs: [{ requestId: 'anew' }],
    });

  it('an export with a cancel cancels what the first run has made', async () => {
    const jobId = await runningExport('anew', obeys);
    const [made] = exportsNamed(stage, 'anew');
    await stage.temporal.workflow.getHandle(jobId).terminate('by hand');
    await beginAnew('vaultExport', jobId, mailExport(stage, 'anew'));
    expect(await stage.jobs.result(jobId)).toMatchObject({
      outcome: 'CANCELLED',
      remote: { exportId: made!.id },
      cancel: { disposition: 'ACCEPTED' },
    });
    expect(exportsNamed(stage, 'anew')).toHaveLength(1);
  });

  it('a count likewise', async () => {
    scriptCounts({ kind: 'honoured', afterMs: 0 });
    const { jobId } = await stage.jobs.startCount(countRequest(), { jobId: 'anew-count' });
    const { remote } = await untilPolled(stage, jobId);
    await stage.temporal.workflow.getHandle(jobId).terminate('by hand');
    await beginAnew('vaultCount', jobId, countRequest());
    expect(await stage.jobs.result(jobId)).toMatchObject({
      outcome: 'CANCELLED',
      remote: { operationName: remote.operationName },
      cancel: { disposition: 'ACCEPTED' },
    });
  });

  it('by the client goes on with what was asked of it', async () => {
    const jobId = await runningExport('taken-up', neverEnds);
    await stage.jobs.requestCancel(jobId, { requestId: 'c1' });
    await untilState(stage, jobId, 'CANCELLING');
    await stage.temporal.workflow.getHandle(jobId).terminate('by hand');
    const request = mailExport(stage, 'taken-up');
    expect(await stage.jobs.startExport(request, { jobId })).toMatchObject({ isUnwatched: true });
    await stage.jobs.startExport(request, { jobId, takeUp: true });
    const { remote } = await untilState(stage, jobId, 'CANCELLING');
    stage.fake.scriptExport(remote.exportId!, { end: 'complete', afterMs: 0 });
    expect(await stage.jobs.result(jobId)).toMatchObject({
      outcome: 'COMPLETED_DESPITE_CANCEL',
      cancel: { disposition: 'ACCEPTED', requests: [{ requestId: 'c1' }] },
    });
    expect(exportsNamed(stage, 'taken-up')).toHaveLength(1);
  });
});

describe('the same id for something else', () => {
  const startByHand = (type: string, jobId: string, request: unknown, more: object = {}) =>
    stage.temporal.workflow.start(type, {
      workflowId: jobId,
      taskQueue: stage.taskQueue,
      args: [request],
      ...more,
    });

  it('is refused where the request is another, and the first job stays as it is', async () => {
    const jobId = await runningExport('theirs', obeys);
    await stage.temporal.workflow.getHandle(jobId).terminate('by hand');
    const { state } = (await stage.ledger.job(jobId))!;
    const other = mailExport(stage, 'theirs-too');
    await startByHand('vaultExport', jobId, other);
    await expect(result(jobId)).rejects.toMatchObject({
      cause: { type: 'IdTaken', message: expect.stringMatching(/another request/) },
    });
    expect(exportsNamed(stage, 'theirs-too')).toEqual([]);
    expect(await stage.ledger.job(jobId)).toMatchObject({ state });
    await stage.jobs.startExport(mailExport(stage, 'theirs'), { jobId, takeUp: true }).catch(() => undefined);
  });

  it('is refused where the kind is another', async () => {
    const jobId = await runningExport('kind', { end: 'complete', afterMs: 0 });
    await stage.jobs.result(jobId);
    await startByHand('vaultCount', jobId, countRequest());
    await expect(result(jobId)).rejects.toMatchObject({ cause: { type: 'IdTaken' } });
  });

  it('never answers a count with the numbers of the first one', async () => {
    const { matterId } = await stage.vault.createMatter({ name: 'Counted' });
    const request = { ...countRequest(), matterId };
    const { jobId } = await stage.jobs.startCount(request, { jobId: 'count-twice' });
    await stage.jobs.result(jobId);
    await startByHand('vaultCount', jobId, { ...request, query: { ...query, terms: 'y' } });
    await expect(result(jobId)).rejects.toMatchObject({ cause: { type: 'IdTaken' } });
    await startByHand('vaultCount', jobId, request);
    await expect(result(jobId)).rejects.toMatchObject({
      cause: { type: 'IdTaken', message: expect.stringMatching(/has ended/) },
    });
  });

  it('a recurring start is refused in a sentence', async () => {
    await startByHand('vaultExport', 'cron', mailExport(stage, 'cron'), { cronSchedule: '@every 1s' });
    const failure = await until('a second run', async () => {
      const { events } = await stage.temporal.workflow.getHandle('cron').fetchHistory();
      return events?.[0]?.workflowExecutionStartedEventAttributes?.continuedFailure;
    });
    expect(failure?.message).toMatch(/runs once/);
    await stage.temporal.workflow.getHandle('cron').terminate();
    expect(exportsNamed(stage, 'cron')).toEqual([]);
  });
});

describe('requests', () => {
  it('an id whose first use was skipped may be used again, and the request stands', async () => {
    const jobId = await runningExport('again', obeys);
    await stage.jobs.requestCancel(jobId, { requestId: 'ticket-1', onlyIf: { olderThan: '1h' } });
    await untilRecord(stage, jobId, 'asked', ({ cancel }) => cancel.requestsTotal === 1);
    await stage.jobs.requestCancel(jobId, { requestId: 'ticket-1' });
    expect(await stage.jobs.result(jobId)).toMatchObject({
      outcome: 'CANCELLED',
      cancel: { requestsTotal: 2 },
    });
    expect(await requestLines(jobId)).toHaveLength(2);
  });

  it('a prohibition counts also under an id that is known', async () => {
    const id = 'forbidden';
    stage.fake.script({ match: { nameRegex: `^${id}-vj` }, behaviour: { end: 'never', linked: false } });
    const { jobId } = await stage.jobs.startExport(
      mailExport(stage, id, { whenNotCancellable: 'delete-export' }),
      { jobId: id },
    );
    await untilPolled(stage, jobId);
    const handle = stage.temporal.workflow.getHandle(jobId);
    await handle.signal('cancel', { requestId: 'x', onlyIf: { olderThan: '1h' } });
    await handle.signal('cancel', { requestId: 'x', allowDelete: false });
    const { remote } = await untilState(stage, jobId, 'NOT_CANCELLABLE');
    stage.fake.scriptExport(remote.exportId!, { end: 'complete', afterMs: 0 });
    await stage.jobs.result(jobId);
    const deletes = asked(stage, 'matters.exports.delete');
    expect(deletes.filter(({ exportId }) => exportId === remote.exportId)).toEqual([]);
  });

  it('that come while the outcome is written are in the result and in the ledger alike', async () => {
    const jobId = await runningExport('late', { end: 'never' });
    const { ledger } = stage;
    const recordOutcome = ledger.recordOutcome.bind(ledger);
    let isLate = false;
    ledger.recordOutcome = async (journal, record) => {
      const stored = await recordOutcome(journal, record);
      if (record.jobId === jobId && !isLate) {
        isLate = true;
        await stage.temporal.workflow.getHandle(jobId).signal('cancel', { requestId: 'late' });
      }
      return stored;
    };
    const { remote } = (await stage.jobs.status(jobId)).record;
    stage.fake.scriptExport(remote.exportId!, { end: 'complete', afterMs: 0 });
    const record = await stage.jobs.result(jobId);
    ledger.recordOutcome = recordOutcome;
    expect(record).toMatchObject({ outcome: 'COMPLETED', cancel: { requestsTotal: 1 } });
    expect((await ledger.job(jobId))?.record).toEqual(record);
  });

  it('of Temporal itself keep who asked and why', async () => {
    const jobId = await runningExport('native-reason', neverEnds);
    await stage.temporal.workflowService.requestCancelWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: jobId },
      identity: 'ann@desk',
      reason: 'wrong custodian',
    });
    const { cancel, remote } = await untilRecord(
      stage,
      jobId,
      'explained',
      ({ cancel: { requests } }) => requests[0]?.reason === 'wrong custodian',
    );
    expect(cancel).toMatchObject({
      requestsTotal: 1,
      requests: [{ source: 'native', requestedBy: 'ann@desk' }],
    });
    stage.fake.scriptExport(remote.exportId!, { end: 'complete', afterMs: 0 });
    expect((await stage.jobs.result(jobId)).cancel).toMatchObject({
      requestsTotal: 1,
      requests: [{ reason: 'wrong custodian' }],
    });
  });
});

it('goes on in a new run before its history is too long, with every request', async () => {
  const jobId = await runningExport('flood', neverEnds);
  const handle = stage.temporal.workflow.getHandle(jobId);
  const { runId } = await handle.describe();
  const padding = 'x'.repeat(60_000);
  for (let request = 0; request < 120; request++)
    await handle.signal('cancel', { requestId: `r${request}`, reason: padding });
  await until('another run', async () => (await handle.describe()).runId !== runId);
  const { remote } = await untilRecord(
    stage,
    jobId,
    'cancelling, with every request',
    ({ cancel, state }) => state === 'CANCELLING' && cancel.requestsTotal === 120,
  );
  expect((await stage.jobs.list({ open: true, kind: 'export' })).map((job) => job.jobId)).toContain(jobId);
  stage.fake.scriptExport(remote.exportId!, { end: 'complete', afterMs: 0 });
  expect(await stage.jobs.result(jobId)).toMatchObject({
    outcome: 'COMPLETED_DESPITE_CANCEL',
    cancel: { requestsTotal: 120, disposition: 'ACCEPTED' },
  });
  expect(await requestLines(jobId)).toHaveLength(120);
  expect(exportsNamed(stage, 'flood')).toHaveLength(1);
});
