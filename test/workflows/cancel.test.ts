import { asked, exportsNamed, untilPolled, untilRecord, untilState } from '../support/remote';
import { mailExport, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage({ fake: { linkMode: 'linked' } });
});
afterAll(() => stage?.close());

async function runningExport(name: string, behaviour: object, change: object = {}) {
  stage.fake.script({ match: { nameRegex: `^${name}-vj` }, behaviour: { end: 'never', ...behaviour } });
  const { jobId } = await stage.jobs.startExport(mailExport(stage, name, change));
  const { remote } = await untilPolled(stage, jobId);
  return { jobId, exportId: remote.exportId!, operationName: remote.operationName };
}

async function requestsInLedger(jobId: string) {
  const events = await stage.jobs.history(jobId);
  return events.filter((event) => event.type === 'CANCEL_REQUESTED').map((event) => event.detail);
}

describe('what becomes of the cancel', () => {
  it.each([
    ['UNSUPPORTED', { status: 'UNIMPLEMENTED' }],
    ['ALREADY_FINISHED', { status: 'FAILED_PRECONDITION' }],
    ['NOT_FOUND', { status: 'NOT_FOUND' }],
    ['REFUSED', { status: 'INVALID_ARGUMENT' }],
  ])('is %s after %j, and the export is watched on', async (disposition, refusal) => {
    const name = `refusal-${disposition.toLowerCase().replace('_', '-')}`;
    const { jobId, exportId } = await runningExport(name, { cancel: { kind: 'refused', ...refusal } });
    await stage.jobs.requestCancel(jobId);
    await untilRecord(stage, jobId, disposition, (record) => record.cancel.disposition === disposition);
    stage.fake.scriptExport(exportId, { end: 'complete', afterMs: 0 });
    expect(await stage.jobs.result(jobId)).toMatchObject({
      outcome: 'COMPLETED_DESPITE_CANCEL',
      cancel: { disposition },
    });
  });

  it('is NO_OPERATION for an export without a link, and nothing is sent', async () => {
    const { jobId, exportId } = await runningExport('unlinked', { linked: false });
    await stage.jobs.requestCancel(jobId);
    const { advice } = await untilState(stage, jobId, 'NOT_CANCELLABLE');
    expect(advice).toMatch(/no operation is known/);
    stage.fake.scriptExport(exportId, { end: 'complete', afterMs: 0 });
    expect(await stage.jobs.result(jobId)).toMatchObject({
      outcome: 'COMPLETED_DESPITE_CANCEL',
      cancel: { disposition: 'NO_OPERATION', attempts: 0 },
    });
  });

  it('stays PENDING where no answer ever came before the end', async () => {
    const { jobId, exportId, operationName } = await runningExport('unanswered', {});
    stage.fake.fault({
      method: 'vault.operations.cancel',
      match: { operationName: operationName! },
      times: 'always',
      answer: { kind: 'error', status: 'UNAVAILABLE' },
    });
    await stage.jobs.requestCancel(jobId);
    await until(
      'two attempts',
      () => asked(stage, 'operations.cancel', { operationName: operationName! }).length > 1,
    );
    stage.fake.scriptExport(exportId, { end: 'complete', afterMs: 0 });
    const record = await stage.jobs.result(jobId);
    expect(record).toMatchObject({
      outcome: 'COMPLETED_DESPITE_CANCEL',
      cancel: { disposition: 'PENDING' },
    });
    expect(record.cancel.attempts).toBe(
      asked(stage, 'operations.cancel', { operationName: operationName! }).length,
    );
  });
});

describe('the answer of :cancel', () => {
  it.each([
    ['503', { kind: 'error', status: 'UNAVAILABLE' }],
    ['500', { kind: 'error', status: 'INTERNAL' }],
    ['409 ABORTED', { kind: 'error', status: 'ABORTED' }],
    ['429 with RetryInfo', { kind: 'quota', form: '429-retry-info', retryDelayMs: 1500 }],
    ['403 for a quota', { kind: 'quota', form: '403' }],
    ['403', { kind: 'error', status: 'PERMISSION_DENIED' }],
    ['401', { kind: 'error', status: 'UNAUTHENTICATED' }],
    ['404 as a page', { kind: 'error', status: 'NOT_FOUND', form: 'html' }],
    ['a cut connection', { kind: 'connection-reset' }],
    ['a lost reply', { kind: 'reply-lost' }],
    ['no answer', { kind: 'hang' }],
  ] as const)('%s is asked for again until one stands', async (title, answer) => {
    const name = `again-${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
    const { jobId, operationName } = await runningExport(name, { cancel: { kind: 'honoured', afterMs: 0 } });
    stage.fake.fault({
      method: 'vault.operations.cancel',
      match: { operationName: operationName! },
      times: 2,
      answer,
    });
    await stage.jobs.requestCancel(jobId);
    const record = await stage.jobs.result(jobId);
    expect(record.outcome).toBe('CANCELLED');
    // A reply that was lost after the work was done is proven by the watch before it is asked for again.
    expect(record.cancel.attempts).toBeGreaterThanOrEqual(title === 'a lost reply' ? 1 : 2);
    expect(asked(stage, 'operations.cancel', { operationName: operationName! })).toHaveLength(
      record.cancel.attempts!,
    );
  });
});

describe('a request', () => {
  it('that comes before the first task makes nothing, and costs one look: the ledger did not know the job', async () => {
    const early = await setStage({ worker: false });
    try {
      const { jobId } = await early.jobs.startExport(mailExport(early, 'early'));
      expect(await early.jobs.requestCancel(jobId)).toMatchObject({ answer: 'RECORDED' });
      early.fake.clearLog();
      await early.startWorker();
      expect(await early.jobs.result(jobId)).toMatchObject({
        outcome: 'CANCELLED',
        cancel: { disposition: 'NOT_NEEDED' },
      });
      expect(early.fake.log().map(({ method }) => method)).toEqual(['vault.matters.exports.list']);
    } finally {
      await early.close();
    }
  });

  it('that comes while create is in flight cancels what it made, as soon as its name is known', async () => {
    stage.fake.script({ match: { nameRegex: '^in-flight-vj' }, behaviour: { end: 'never' } });
    stage.fake.fault({
      method: 'vault.matters.exports.create',
      match: { namePrefix: 'in-flight' },
      answer: { kind: 'latency', ms: 1000 },
    });
    const { jobId } = await stage.jobs.startExport(mailExport(stage, 'in-flight'));
    await until(
      'the create to arrive',
      () => asked(stage, 'matters.exports.create', { exportName: 'in-flight' }).length,
    );
    await stage.jobs.requestCancel(jobId);
    expect(await stage.jobs.result(jobId)).toMatchObject({
      outcome: 'CANCELLED',
      cancel: { disposition: 'ACCEPTED' },
    });
    expect(exportsNamed(stage, 'in-flight')).toHaveLength(1);
  });

  it('that comes while create waits out an outage makes nothing any more', async () => {
    stage.fake.fault({
      method: 'vault.matters.exports.create',
      match: { namePrefix: 'outage' },
      times: 'always',
      answer: { kind: 'quota', form: '429' },
    });
    const { jobId } = await stage.jobs.startExport(mailExport(stage, 'outage'));
    await until(
      'a refused create',
      () => asked(stage, 'matters.exports.create', { exportName: 'outage' }).length,
    );
    await stage.jobs.requestCancel(jobId);
    expect(await stage.jobs.result(jobId)).toMatchObject({
      outcome: 'CANCELLED',
      cancel: { disposition: 'NOT_NEEDED' },
    });
    expect(exportsNamed(stage, 'outage')).toHaveLength(0);
  });

  it('that comes a hundred times sends one :cancel, and each is in the ledger', async () => {
    const { jobId, operationName } = await runningExport('hundred', {
      cancel: { kind: 'honoured', afterMs: 0 },
    });
    const ids = Array.from({ length: 100 }, (_, i) => `request-${i}`);
    await Promise.all(ids.map((requestId) => stage.jobs.requestCancel(jobId, { requestId })));
    const record = await stage.jobs.result(jobId);
    const inLedger = (await requestsInLedger(jobId)).map((request) => request.requestId);
    expect(asked(stage, 'operations.cancel', { operationName: operationName! })).toHaveLength(1);
    expect(inLedger).toHaveLength(100);
    expect(new Set(inLedger)).toEqual(new Set(ids));
    expect(record.cancel).toMatchObject({ disposition: 'ACCEPTED', requestsTotal: 100 });
    expect(record.cancel.requests.length).toBeLessThanOrEqual(21);
  });

  it('that repeats a request id is the same request', async () => {
    const { jobId } = await runningExport('repeated', { cancel: { kind: 'honoured', afterMs: 500 } });
    const answers = await Promise.all([
      stage.jobs.requestCancel(jobId, { requestId: 'one' }),
      stage.jobs.requestCancel(jobId, { requestId: 'one' }),
    ]);
    expect(answers.map(({ requestId }) => requestId)).toEqual(['one', 'one']);
    expect((await stage.jobs.result(jobId)).cancel.requestsTotal).toBe(1);
    expect(await requestsInLedger(jobId)).toHaveLength(1);
  });

  it('that comes after the end is answered with the record', async () => {
    const { jobId, exportId } = await runningExport('ended', {});
    stage.fake.scriptExport(exportId, { end: 'complete', afterMs: 0 });
    await stage.jobs.result(jobId);
    expect(await stage.jobs.requestCancel(jobId)).toMatchObject({
      answer: 'ALREADY_ENDED',
      record: { outcome: 'COMPLETED', cancel: { disposition: 'NOT_ASKED' } },
    });
  });

  it('as native cancellation takes the same path, and is kept as a signal for a reset', async () => {
    const { jobId } = await runningExport('native', { cancel: { kind: 'honoured', afterMs: 500 } });
    const handle = stage.temporal.workflow.getHandle(jobId);
    await handle.cancel();
    expect(await stage.jobs.result(jobId)).toMatchObject({
      outcome: 'CANCELLED',
      cancel: { disposition: 'ACCEPTED', requestsTotal: 1, requests: [{ source: 'native' }] },
    });
    const { events } = await handle.fetchHistory();
    const signals = events?.map((event) => event.workflowExecutionSignaledEventAttributes?.signalName);
    expect(signals).toContain('cancel');
    expect((await handle.describe()).status.name).toBe('COMPLETED');
  });

  it('as update is told at once whether it stands', async () => {
    const { jobId } = await runningExport('updated', { cancel: { kind: 'honoured', afterMs: 500 } });
    const handle = stage.temporal.workflow.getHandle(jobId);
    const first = await handle.executeUpdate('requestCancel', { args: [{ requestId: 'a', reason: 'why' }] });
    const second = await handle.executeUpdate('requestCancel', { args: ['again'] });
    expect(first).toMatchObject({ accepted: true });
    expect(second).toMatchObject({ accepted: true, duplicateOf: 'a' });
    expect((await stage.jobs.result(jobId)).cancel.requests[0]).toMatchObject({
      source: 'update',
      reason: 'why',
    });
  });

  it('whose condition does not hold is recorded and cancels nothing', async () => {
    const { jobId, exportId } = await runningExport('conditional', {});
    await stage.jobs.requestCancel(jobId, { requestId: 'c', onlyIf: { olderThan: '1h' } });
    const record = await untilRecord(stage, jobId, 'asked', ({ cancel }) => cancel.requestsTotal === 1);
    expect(record).toMatchObject({ state: 'RUNNING', cancel: { disposition: 'NOT_ASKED' } });
    expect(record.cancel.requests[0]).toMatchObject({ skipped: 'the job was not old enough' });
    stage.fake.scriptExport(exportId, { end: 'complete', afterMs: 0 });
    expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED');
    expect(await requestsInLedger(jobId)).toHaveLength(1);
  });

  it('of any payload whatever never wedges the job', async () => {
    const { jobId, exportId } = await runningExport('payloads', { cancel: { kind: 'never-ends' } });
    const handle = stage.temporal.workflow.getHandle(jobId);
    const { workflowService } = stage.temporal;
    const raw = (encoding: string, data: string) =>
      workflowService.signalWorkflowExecution({
        namespace: 'default',
        workflowExecution: { workflowId: jobId },
        signalName: 'cancel',
        input: { payloads: [{ metadata: { encoding: Buffer.from(encoding) }, data: Buffer.from(data) }] },
      });
    await raw('json/plain', '{not json');
    await raw('binary/encrypted', 'x');
    for (const payload of [undefined, null, 7, [1, 2], { reason: { deep: true } }, 'x'.repeat(100_000)]) {
      await handle.signal('cancel', payload);
    }
    await handle.signal('blocked', { nonsense: true });
    await handle.signal('unblocked');
    const record = await untilRecord(
      stage,
      jobId,
      'asked 8 times',
      ({ cancel }) => cancel.requestsTotal === 8,
    );
    expect(record.cancel.requests[0]).toMatchObject({ undecodable: true });
    stage.fake.scriptExport(exportId, { end: 'complete', afterMs: 0 });
    expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED_DESPITE_CANCEL');
    const { events } = await handle.fetchHistory();
    expect(events?.some((event) => event.workflowTaskFailedEventAttributes)).toBe(false);
  });
});

describe('limits', () => {
  it('a deadline asks to cancel by itself', async () => {
    stage.fake.script({ match: { nameRegex: '^deadline-vj' }, behaviour: { end: 'never' } });
    const { jobId } = await stage.jobs.startExport(
      mailExport(stage, 'deadline', { limits: { deadlineMs: 1500 } }),
    );
    expect(await stage.jobs.result(jobId)).toMatchObject({
      outcome: 'CANCELLED',
      cancel: { requests: [{ source: 'deadline', requestedBy: 'deadline' }] },
    });
  });

  it('an accepted cancel that nothing confirms is shown as unconfirmed and sent again', async () => {
    const { jobId, exportId, operationName } = await runningExport(
      'unconfirmed',
      { cancel: { kind: 'never-ends' } },
      { limits: { confirmWithinMs: 700 } },
    );
    await stage.jobs.requestCancel(jobId);
    const { advice } = await untilState(stage, jobId, 'CANCEL_UNCONFIRMED');
    expect(advice).toMatch(/no reading confirms it/);
    await until(
      'a second :cancel',
      () => asked(stage, 'operations.cancel', { operationName: operationName! }).length > 1,
    );
    stage.fake.scriptExport(exportId, { end: 'fail', afterMs: 0 });
    expect((await stage.jobs.result(jobId)).outcome).toBe('FAILED');
  });
});
