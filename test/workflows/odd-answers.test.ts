import type { Fault } from '../../src/fake-vault';
import { asked, exportsNamed, untilPolled, untilRecord, untilState } from '../support/remote';
import { mailExport, QUICK, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage({ fake: { linkMode: 'linked', operationsList: 'served' } });
});
afterAll(() => stage?.close());

/** Of something between us and Google, which cannot know what Vault did. */
const page = (httpStatus: number) =>
  ({ kind: 'error', status: 'UNKNOWN', httpStatus, form: 'html' }) as const;
const ODD = [400, 404, 408, 409, 411, 421, 451, 499, 501];
const STOPPABLE = { end: 'never', cancel: { kind: 'honoured', afterMs: 0 } } as const;

describe('an answer of nobody to a create that was carried out', () => {
  it.each(ODD)('%i: the export is found and watched', async (httpStatus) => {
    const name = `made-${httpStatus}`;
    stage.fake.script({ match: { nameRegex: `^${name}-vj` }, behaviour: { end: 'complete', afterMs: 0 } });
    stage.fake.fault({
      method: 'vault.matters.exports.create',
      match: { namePrefix: name },
      when: 'after-effect',
      answer: page(httpStatus),
    });
    const { jobId } = await stage.jobs.startExport(mailExport(stage, name));
    expect(await stage.jobs.result(jobId)).toMatchObject({ outcome: 'COMPLETED' });
    expect(exportsNamed(stage, name)).toHaveLength(1);
  });

  it.each([408, 499])('%i: a cancel asked for meanwhile stops what was made', async (httpStatus) => {
    const name = `stopped-${httpStatus}`;
    stage.fake.script({ match: { nameRegex: `^${name}-vj` }, behaviour: STOPPABLE });
    stage.fake.fault({
      method: 'vault.matters.exports.create',
      match: { namePrefix: name },
      when: 'after-effect',
      answer: page(httpStatus),
    });
    const { jobId } = await stage.jobs.startExport(mailExport(stage, name));
    await until('the create', () => asked(stage, 'matters.exports.create', { exportName: name }).length);
    await stage.jobs.requestCancel(jobId);
    expect(await stage.jobs.result(jobId)).toMatchObject({
      outcome: 'CANCELLED',
      cancel: { disposition: 'ACCEPTED' },
    });
    expect(exportsNamed(stage, name).map(({ status }) => status)).toEqual(['FAILED']);
  });

  it('ALREADY_EXISTS: what exists is what this job made, and is taken over', async () => {
    stage.fake.script({ match: { nameRegex: '^twin-vj' }, behaviour: { end: 'complete', afterMs: 0 } });
    stage.fake.fault({
      method: 'vault.matters.exports.create',
      match: { namePrefix: 'twin' },
      when: 'after-effect',
      answer: { kind: 'error', status: 'ALREADY_EXISTS' },
    });
    const { jobId } = await stage.jobs.startExport(mailExport(stage, 'twin'));
    expect(await stage.jobs.result(jobId)).toMatchObject({ outcome: 'COMPLETED' });
    expect(exportsNamed(stage, 'twin')).toHaveLength(1);
  });
});

describe('an answer of nobody to a count that was started', () => {
  const count = (matterId: string) => ({
    matterId,
    query: {
      corpus: 'MAIL' as const,
      dataScope: 'ALL_DATA' as const,
      method: 'ACCOUNT' as const,
      accountInfo: { emails: ['a@example.com'] },
    },
    timing: QUICK,
  });

  it.each([408, 499])('%i: it is found and its number read', async (httpStatus) => {
    const { matterId } = await stage.vault.createMatter({ name: `count-${httpStatus}` });
    stage.fake.script({
      match: { matterId },
      behaviour: { end: 'complete', afterMs: 0, count: { totalCount: 7 } },
    });
    stage.fake.fault({
      method: 'vault.matters.count',
      match: { matterId },
      when: 'after-effect',
      answer: page(httpStatus),
    });
    const { jobId } = await stage.jobs.startCount(count(matterId));
    const record = await stage.jobs.result(jobId);
    expect(record).toMatchObject({
      outcome: 'COMPLETED',
      remote: { operation: { count: { totalCount: 7 } } },
    });
    expect(record.remote.possibleOrphans).toBeUndefined();
    expect(stage.fake.log({ method: 'vault.matters.count', matterId })).toHaveLength(1);
  });

  it('408: a cancel asked for meanwhile stops it', async () => {
    const { matterId } = await stage.vault.createMatter({ name: 'count-stopped' });
    stage.fake.script({ match: { matterId }, behaviour: STOPPABLE });
    stage.fake.fault({
      method: 'vault.matters.count',
      match: { matterId },
      when: 'after-effect',
      answer: page(408),
    });
    const { jobId } = await stage.jobs.startCount(count(matterId));
    await until('the count', () => stage.fake.log({ method: 'vault.matters.count', matterId }).length);
    await stage.jobs.requestCancel(jobId);
    expect(await stage.jobs.result(jobId)).toMatchObject({
      outcome: 'CANCELLED',
      cancel: { disposition: 'ACCEPTED' },
    });
  });

  it('a page to operations.list is no reason to start a second', async () => {
    const { matterId } = await stage.vault.createMatter({ name: 'count-listed' });
    stage.fake.script({ match: { matterId }, behaviour: { end: 'complete', afterMs: 0 } });
    stage.fake.fault({ method: 'vault.matters.count', match: { matterId }, answer: { kind: 'reply-lost' } });
    stage.fake.fault({ method: 'vault.operations.list', answer: page(501), times: 2 });
    const { jobId } = await stage.jobs.startCount(count(matterId));
    expect(await stage.jobs.result(jobId)).toMatchObject({ outcome: 'COMPLETED' });
    expect(stage.fake.log({ method: 'vault.matters.count', matterId })).toHaveLength(1);
  });
});

describe('an answer of nobody to :cancel', () => {
  it.each(ODD)('%i is asked again, and the cancel is ACCEPTED', async (httpStatus) => {
    const name = `cancel-${httpStatus}`;
    const { jobId, operationName } = await running(name, STOPPABLE);
    cancelAnswers(operationName, { answer: page(httpStatus) });
    await stage.jobs.requestCancel(jobId);
    expect(await stage.jobs.result(jobId)).toMatchObject({
      outcome: 'CANCELLED',
      cancel: { disposition: 'ACCEPTED', attempts: 2 },
    });
  });

  it('501 deletes nothing', async () => {
    const { jobId, operationName } = await running('kept-501', STOPPABLE, DELETABLE);
    cancelAnswers(operationName, { answer: page(501), times: 2 });
    await stage.jobs.requestCancel(jobId);
    expect(await stage.jobs.result(jobId)).toMatchObject({ outcome: 'CANCELLED' });
    expect(exportsNamed(stage, 'kept-501')).toMatchObject([{ exists: true }]);
  });
});

describe('UNIMPLEMENTED', () => {
  const google = { kind: 'error', status: 'UNIMPLEMENTED' } as const;

  it('said once in passing to :cancel is not believed', async () => {
    const { jobId, operationName } = await running('passing', STOPPABLE, DELETABLE);
    cancelAnswers(operationName, { answer: google });
    await stage.jobs.requestCancel(jobId);
    expect(await stage.jobs.result(jobId)).toMatchObject({
      outcome: 'CANCELLED',
      cancel: { disposition: 'ACCEPTED', attempts: 2 },
    });
    expect(exportsNamed(stage, 'passing')).toMatchObject([{ exists: true }]);
  });

  it.each([
    ['Google’s own word', google],
    ['a page with 501', page(501)],
    ['a page with 400', page(400)],
    ['a page with 408', page(408)],
  ])('once to operations.list at creation (%s) is asked again before a deletion', async (title, answer) => {
    const name = `listed-${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
    stage.fake.script({ match: { nameRegex: `^${name}-vj` }, behaviour: STOPPABLE });
    stage.fake.fault({ method: 'vault.operations.list', answer });
    const { jobId } = await stage.jobs.startExport(mailExport(stage, name, DELETABLE));
    const { remote } = await untilPolled(stage, jobId);
    expect(remote.operationName).toBeUndefined();
    await stage.jobs.requestCancel(jobId);
    expect(await stage.jobs.result(jobId)).toMatchObject({
      outcome: 'CANCELLED',
      cancel: { disposition: 'ACCEPTED' },
    });
    expect(exportsNamed(stage, name)).toMatchObject([{ exists: true }]);
  });

  it('said twice to operations.list, some time apart, stands', async () => {
    stage.fake.script({ match: { nameRegex: '^unlisted-vj' }, behaviour: STOPPABLE });
    const always = stage.fake.fault({ method: 'vault.operations.list', times: 'always', answer: google });
    const { jobId } = await stage.jobs.startExport(mailExport(stage, 'unlisted', DELETABLE));
    await untilPolled(stage, jobId);
    stage.fake.clearLog();
    await stage.jobs.requestCancel(jobId);
    expect(await stage.jobs.result(jobId)).toMatchObject({
      outcome: 'DELETED',
      cancel: { disposition: 'NO_OPERATION' },
    });
    const times = asked(stage, 'operations.list').map(({ time }) => Date.parse(time));
    expect(times).toHaveLength(2);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(QUICK.goneReads * QUICK.goneReadMs);
    stage.fake.removeFault(always);
  });
});

describe('an attempt of our own that was lost', () => {
  it('may be why the next delete finds nothing: DELETED', async () => {
    const { jobId, exportId } = await running('late-delete', { end: 'never', linked: false }, DELETABLE);
    const deletes = () => stage.fake.log({ method: 'vault.matters.exports.delete', exportId });
    const slow = (ms: number) =>
      stage.fake.fault({ method: 'vault.matters.exports.delete', answer: { kind: 'latency', ms } });
    slow(3800);
    await stage.jobs.requestCancel(jobId);
    await until('the first delete', () => deletes().length);
    // The first is carried out while the second, which has just read it in progress, is on its way.
    slow(1500);
    expect(await stage.jobs.result(jobId)).toMatchObject({ outcome: 'DELETED' });
    expect(deletes().map(({ effect }) => effect)).toEqual([true, false]);
  });

  it.each([
    ['ALREADY_FINISHED', 'FAILED_PRECONDITION'],
    ['NOT_FOUND', 'NOT_FOUND'],
  ] as const)('may be why the next :cancel finds it %s', async (disposition, status) => {
    const name = `lost-cancel-${disposition.toLowerCase().replace('_', '-')}`;
    const timing = { ...QUICK, poll: { minMs: 60_000, maxMs: 60_000, ageFraction: 0 } };
    const { jobId, operationName } = await running(name, STOPPABLE, { timing });
    // Its first look is over, and the next is far away: the answer comes before any reading.
    await untilRecord(stage, jobId, 'read once', ({ remote }) => remote.export !== undefined);
    cancelAnswers(operationName, { when: 'after-effect', answer: { kind: 'error', status: 'UNAVAILABLE' } });
    await stage.jobs.requestCancel(jobId);
    await until('the first', () => asked(stage, 'operations.cancel', { operationName }).length);
    cancelAnswers(operationName, { times: 'always', answer: { kind: 'error', status } });
    const record = await stage.jobs.result(jobId);
    expect(record).toMatchObject({ outcome: 'CANCELLED', cancel: { disposition, possiblyOurs: true } });
    expect(record.advice).toMatch(/answer to this job’s own cancel was lost/);
    expect((await stage.ledger.job(jobId))?.record).toEqual(record);
  });

  it('is not named where it cannot be the cause', async () => {
    const { jobId, exportId, operationName } = await running('lost-in-vain', { end: 'never' });
    cancelAnswers(operationName, { answer: { kind: 'error', status: 'UNAVAILABLE' } });
    cancelAnswers(operationName, { times: 'always', answer: { kind: 'error', status: 'NOT_FOUND' } });
    await stage.jobs.requestCancel(jobId);
    const live = await untilState(stage, jobId, 'CANCELLING');
    expect(live.cancel).toMatchObject({ disposition: 'NOT_FOUND', possiblyOurs: true });
    stage.fake.scriptExport(exportId, { end: 'complete', afterMs: 0 });
    const record = await stage.jobs.result(jobId);
    expect(record).toMatchObject({
      outcome: 'COMPLETED_DESPITE_CANCEL',
      cancel: { disposition: 'NOT_FOUND' },
    });
    expect(record.cancel).not.toHaveProperty('possiblyOurs');
  });
});

const DELETABLE = { whenNotCancellable: 'delete-export' } as const;

async function running(name: string, behaviour: object, change: object = {}) {
  stage.fake.script({ match: { nameRegex: `^${name}-vj` }, behaviour });
  const { jobId } = await stage.jobs.startExport(mailExport(stage, name, change));
  const { remote } = await untilPolled(stage, jobId);
  return { jobId, exportId: remote.exportId!, operationName: remote.operationName! };
}

function cancelAnswers(operationName: string, fault: Omit<Fault, 'method'>): void {
  stage.fake.fault({ method: 'vault.operations.cancel', match: { operationName }, ...fault });
}
