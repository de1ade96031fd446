import { asked, exportsNamed, untilPolled, untilRecord } from '../support/remote';
import { resetToItsBeginning } from '../support/reset';
import { mailExport, QUICK, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage({ fake: { durations: { exportMs: 500, countMs: 500 } } });
});
afterAll(() => stage?.close());

const countRequest = () => ({
  matterId: stage.matterId,
  query: {
    corpus: 'MAIL' as const,
    dataScope: 'ALL_DATA' as const,
    method: 'ENTIRE_ORG' as const,
  },
  timing: QUICK,
});

describe('an export is made once', () => {
  it.each([
    ['whose reply is lost', { kind: 'reply-lost' }],
    ['that makes it and answers 503', { kind: 'error', status: 'UNAVAILABLE' }],
    ['that makes it and never answers', { kind: 'hang' }],
  ] as const)('by a create %s', async (title, answer) => {
    const name = title.replaceAll(' ', '-');
    stage.fake.fault({
      method: 'vault.matters.exports.create',
      match: { namePrefix: name },
      when: 'after-effect',
      answer,
    });
    const { jobId } = await stage.jobs.startExport(mailExport(stage, name));
    expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED');
    expect(exportsNamed(stage, name)).toHaveLength(1);
    expect(asked(stage, 'matters.exports.create', { exportName: name })).toHaveLength(1);
  });

  it('where the list shows it only some time after its lost reply', async () => {
    stage.fake.script({ match: { nameRegex: '^late-vj' }, behaviour: { listedAfterMs: 2000 } });
    stage.fake.fault({
      method: 'vault.matters.exports.create',
      match: { namePrefix: 'late' },
      answer: { kind: 'reply-lost' },
    });
    const { jobId } = await stage.jobs.startExport(mailExport(stage, 'late'));
    expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED');
    expect(exportsNamed(stage, 'late')).toHaveLength(1);
  });

  it('and tried again where nothing was made, after the list had time to show it', async () => {
    stage.fake.fault({
      method: 'vault.matters.exports.create',
      match: { namePrefix: 'unmade' },
      answer: { kind: 'connection-reset' },
    });
    const { jobId } = await stage.jobs.startExport(mailExport(stage, 'unmade'));
    expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED');
    const [first, second] = asked(stage, 'matters.exports.create', { exportName: 'unmade' });
    expect(second!.timeMs - first!.timeMs).toBeGreaterThan(QUICK.createSettleMs);
  });

  it('found on whichever page of a long list it stands', async () => {
    const { matterId } = stage.fake.seedMatter({ exports: { count: 250 } });
    stage.fake.fault({
      method: 'vault.matters.exports.create',
      match: { namePrefix: 'paged' },
      answer: { kind: 'reply-lost' },
    });
    const { jobId } = await stage.jobs.startExport(mailExport(stage, 'paged', { matterId }));
    expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED');
    expect(exportsNamed(stage, 'paged')).toHaveLength(1);
  });

  it('by a second run of the job after a reset', async () => {
    stage.fake.script({ match: { nameRegex: '^reset-vj' }, behaviour: { end: 'never' } });
    const { jobId } = await stage.jobs.startExport(mailExport(stage, 'reset'));
    const { remote } = await untilPolled(stage, jobId);
    await resetToItsBeginning(stage.temporal, jobId);
    await untilRecord(stage, jobId, 'polled by its second run', ({ state }) => state === 'RUNNING');
    stage.fake.scriptExport(remote.exportId!, { end: 'complete', afterMs: 0 });
    expect(await stage.jobs.result(jobId)).toMatchObject({
      outcome: 'COMPLETED',
      remote: { exportId: remote.exportId },
    });
    expect(exportsNamed(stage, 'reset')).toHaveLength(1);
  });

  it('for the same id and request, however often it is started', async () => {
    const request = mailExport(stage, 'same');
    const first = await stage.jobs.startExport(request);
    const second = await stage.jobs.startExport(request);
    await stage.jobs.result(first.jobId);
    const third = await stage.jobs.startExport(request);
    expect([second, third]).toMatchObject([
      { jobId: first.jobId, existed: true },
      { jobId: first.jobId, existed: true, record: { outcome: 'COMPLETED' } },
    ]);
    expect(exportsNamed(stage, 'same')).toHaveLength(1);
    const again = await stage.jobs.startExport(request, { again: true });
    expect(again).toMatchObject({ existed: false });
    await stage.jobs.result(again.jobId);
    expect(exportsNamed(stage, 'same')).toHaveLength(2);
  });

  it('and a second request under its id is an error', async () => {
    await stage.jobs.startExport(mailExport(stage, 'conflict'), { jobId: 'taken' });
    await expect(
      stage.jobs.startExport(mailExport(stage, 'other'), { jobId: 'taken' }),
    ).rejects.toMatchObject({
      code: 'JOB_CONFLICT',
    });
    await stage.jobs.result('taken');
    await expect(
      stage.jobs.startExport(mailExport(stage, 'other'), { jobId: 'taken' }),
    ).rejects.toMatchObject({
      code: 'JOB_CONFLICT',
    });
  });
});

describe('a count whose reply is lost', () => {
  it('is found by its metadata where the server lists operations', async () => {
    stage.fake.fault({ method: 'vault.matters.count', answer: { kind: 'reply-lost' } });
    const { jobId } = await stage.jobs.startCount(countRequest(), { jobId: 'count-found' });
    const record = await stage.jobs.result(jobId);
    expect(record.outcome).toBe('COMPLETED');
    expect(record.remote.possibleOrphans).toBeUndefined();
    expect(asked(stage, 'matters.count')).toHaveLength(1);
  });

  it('is asked for again where the server lists none, and the first is a possible orphan', async () => {
    stage.fake.patchSettings({ operationsList: 'unimplemented' });
    stage.fake.clearLog();
    stage.fake.fault({ method: 'vault.matters.count', answer: { kind: 'reply-lost' } });
    const { jobId } = await stage.jobs.startCount(countRequest(), { jobId: 'count-orphan' });
    const record = await stage.jobs.result(jobId);
    stage.fake.patchSettings({ operationsList: 'served' });
    expect(record).toMatchObject({ outcome: 'COMPLETED', remote: { possibleOrphans: 1 } });
    expect(asked(stage, 'matters.count')).toHaveLength(2);
  });

  describe('and whose second start is refused', () => {
    const lostThenRefused = async (jobId: string, status: 'NOT_FOUND' | 'INVALID_ARGUMENT') => {
      stage.fake.clearLog();
      stage.fake.fault({ method: 'vault.matters.count', when: 'after-effect', answer: { kind: 'hang' } });
      await stage.jobs.startCount(countRequest(), { jobId });
      await until('the first start', () => asked(stage, 'matters.count').length === 1);
      stage.fake.fault({ method: 'vault.matters.count', answer: { kind: 'error', status } });
      return stage.jobs.result(jobId);
    };
    beforeAll(() => stage.fake.patchSettings({ operationsList: 'unimplemented' }));
    afterAll(() => stage.fake.patchSettings({ operationsList: 'served' }));

    it('as unknown matter waits until it has access again', async () => {
      const record = await lostThenRefused('count-no-access', 'NOT_FOUND');
      expect(record).toMatchObject({ outcome: 'COMPLETED', remote: { possibleOrphans: 1 } });
      const events = await stage.jobs.history('count-no-access');
      expect(events.filter(({ type }) => type === 'BLOCKED')).toMatchObject([{ detail: { on: 'access' } }]);
      expect(events.filter(({ type }) => type === 'POSSIBLE_ORPHAN')).toHaveLength(1);
    });

    it('for good proves nothing about the first, and calls a person', async () => {
      const record = await lostThenRefused('count-refused', 'INVALID_ARGUMENT');
      expect(record).toMatchObject({ outcome: 'UNCONFIRMED', remote: { possibleOrphans: 1 } });
    });
  });
});

describe('a request that Vault refuses for good', () => {
  it('fails its workflow in one sentence, and the ledger says so', async () => {
    stage.fake.fault({
      method: 'vault.matters.exports.create',
      match: { namePrefix: 'refused' },
      answer: { kind: 'error', status: 'INVALID_ARGUMENT' },
    });
    const { jobId } = await stage.jobs.startExport(mailExport(stage, 'refused'));
    await expect(stage.jobs.result(jobId)).rejects.toMatchObject({
      code: 'JOB_FAILED',
      message: expect.stringMatching(/^Vault refused to make the export/),
    });
    const last = (await stage.jobs.history(jobId)).at(-1);
    expect(last).toMatchObject({ type: 'REQUEST_REFUSED', detail: { state: 'ENDED' } });
  });

  it('is one for a matter that does not exist, an export or an operation that does not', async () => {
    const started = [
      await stage.jobs.startExport(mailExport(stage, 'nowhere', { matterId: 'no-such-matter' })),
      await stage.jobs.startExport({
        matterId: stage.matterId,
        source: { type: 'adopt', exportId: 'exportly-none' },
        timing: QUICK,
      }),
      await stage.jobs.watchOperation({ operationName: 'operations/none', timing: QUICK }),
    ];
    for (const { jobId } of started) {
      await expect(stage.jobs.result(jobId)).rejects.toMatchObject({ code: 'JOB_FAILED' });
    }
  });

  it('is not started at all where its form is wrong', async () => {
    const bad = { ...mailExport(stage, 'x'), matterId: '../x' };
    await expect(stage.jobs.startExport(bad)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    const handle = await stage.temporal.workflow.start('vaultExport', {
      workflowId: 'malformed',
      taskQueue: stage.taskQueue,
      args: [{ nonsense: true }],
    });
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'RequestRefused' } });
  });
});
