import { asked, exportsNamed, untilPolled, untilRecord, untilState } from '../support/remote';
import { MAIL_QUERY, mailExport, QUICK, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';
import { createCredential } from '../../src/vault';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage({ fake: { linkMode: 'linked', operationsList: 'served' } });
});
afterAll(() => stage?.close());

const query = MAIL_QUERY;

async function matterOfCounts(): Promise<string> {
  const { matterId } = await stage.vault.createMatter({ name: 'Counted' });
  stage.fake.script({
    match: { matterId },
    behaviour: {
      end: 'never',
      operation: { end: 'never', afterMs: 0 },
      cancel: { kind: 'honoured', afterMs: 0 },
    },
  });
  return matterId;
}

const operationsOf = (matterId: string) =>
  stage.fake.state().operations.filter((operation) => operation.matterId === matterId);

/** What a person does in Vault. */
async function changeMatter(method: string, path: string): Promise<void> {
  const credential = await createCredential({
    source: { type: 'service-account-key', key: stage.fake.serviceAccountKey },
    subject: stage.fake.subject,
  });
  const { headers } = await credential.authorize('vault');
  const { status } = await fetch(new URL(path, stage.fake.rootUrl), { method, headers });
  expect(status).toBe(200);
}

describe('two equal counts of one matter', () => {
  const timing = { ...QUICK, requestTimeoutMs: 10_000 };

  it('never end up on one operation, though one start was lost and the other is answered slowly', async () => {
    const matterId = await matterOfCounts();
    stage.fake.fault({
      method: 'vault.matters.count',
      match: { matterId },
      answer: { kind: 'connection-reset' },
    });
    const { jobId: lost } = await stage.jobs.startCount({ matterId, query, timing }, { jobId: 'lost' });
    await until('its start', () => stage.fake.log({ method: 'vault.matters.count', matterId }).length === 1);
    stage.fake.fault({
      method: 'vault.matters.count',
      match: { matterId },
      when: 'after-effect',
      answer: { kind: 'latency', ms: 3_000 },
    });
    const { jobId: slow } = await stage.jobs.startCount({ matterId, query, timing }, { jobId: 'slow' });
    const names = await Promise.all(
      [slow, lost].map(async (jobId) => (await untilState(stage, jobId, 'RUNNING')).remote.operationName),
    );
    expect(new Set(names).size).toBe(2);
    await stage.jobs.requestCancel(lost);
    expect(await stage.jobs.result(lost)).toMatchObject({ outcome: 'CANCELLED' });
    expect((await stage.jobs.status(slow)).record).toMatchObject({ state: 'RUNNING' });
  });

  it('whose answers were both lost are not told apart: what is cancelled meanwhile is not known', async () => {
    const matterId = await matterOfCounts();
    stage.fake.fault({
      method: 'vault.matters.count',
      match: { matterId },
      times: 2,
      when: 'after-effect',
      answer: { kind: 'connection-reset' },
    });
    const waits = { ...QUICK, backoffMinMs: 5_000, backoffMaxMs: 5_000 };
    const jobs = ['both-a', 'both-b'];
    for (const jobId of jobs) await stage.jobs.startCount({ matterId, query, timing: waits }, { jobId });
    await until('two starts', () => operationsOf(matterId).length === 2);
    for (const jobId of jobs) await stage.jobs.requestCancel(jobId);
    const names = operationsOf(matterId).map(({ name }) => name);
    for (const jobId of jobs) {
      const record = await stage.jobs.result(jobId);
      expect(record).toMatchObject({ outcome: 'UNCONFIRMED', cancel: { disposition: 'PENDING' } });
      expect(record.remote.candidates?.toSorted()).toEqual(names.toSorted());
    }
    expect(
      asked(stage, 'operations.cancel').filter(({ operationName }) => names.includes(operationName!)),
    ).toEqual([]);
  });
});

describe('a lost start of a count', () => {
  it('is not concluded to be absent while its matter cannot be read', async () => {
    const matterId = await matterOfCounts();
    stage.fake.fault({
      method: 'vault.matters.count',
      match: { matterId },
      when: 'after-effect',
      answer: { kind: 'connection-reset' },
    });
    const waits = { ...QUICK, backoffMinMs: 1_500, backoffMaxMs: 1_500 };
    const { jobId } = await stage.jobs.startCount(
      { matterId, query, timing: waits },
      { jobId: 'unreadable' },
    );
    await until('its start', () => operationsOf(matterId).length === 1);
    stage.fake.access({ matterId, mode: 'denied' });
    await untilRecord(stage, jobId, 'blocked on access', ({ blocked }) => blocked?.on === 'access');
    await stage.jobs.requestCancel(jobId);
    await untilRecord(stage, jobId, 'asked, and still open', ({ cancel }) => cancel.requestsTotal === 1);
    await untilRecord(stage, jobId, 'blocked while it looks', ({ blocked }) => blocked?.during === 'find');
    stage.fake.access({ matterId, mode: 'granted' });
    expect(await stage.jobs.result(jobId)).toMatchObject({
      outcome: 'CANCELLED',
      cancel: { disposition: 'ACCEPTED' },
      remote: { operationName: operationsOf(matterId)[0]!.name },
    });
  });
});

describe('a link', () => {
  async function unlinked(name: string, change: object = {}): Promise<string> {
    stage.fake.script({ match: { nameRegex: `^${name}-vj` }, behaviour: { end: 'never', linked: false } });
    const { jobId } = await stage.jobs.startExport(mailExport(stage, name, change), { jobId: name });
    await untilPolled(stage, jobId);
    return jobId;
  }

  async function runningCount(id: string): Promise<string> {
    const matterId = stage.matterId;
    stage.fake.script({
      match: { kind: 'count', matterId },
      behaviour: { operation: { end: 'never', afterMs: 0 }, end: 'never' },
    });
    const { jobId } = await stage.jobs.startCount({ matterId, query, timing: QUICK }, { jobId: id });
    const { remote } = await untilState(stage, jobId, 'RUNNING');
    return remote.operationName!;
  }

  it.each([
    ['as it is', {}],
    ['though the owner allows links without a name', { allowUnnamedLinks: true }],
  ])('to a count of the same matter is refused, %s', async (how, change) => {
    const operationName = await runningCount(`count-${how.length}`);
    const jobId = await unlinked(`links-${how.length}`, change);
    await expect(stage.jobs.linkOperation(jobId, operationName)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect((await stage.jobs.status(jobId)).record.remote).not.toHaveProperty('operationName');
  });
});

describe('an export that another job watches', () => {
  it('is not adopted by a second job while the first one runs, and is when that was ended', async () => {
    stage.fake.script({ match: { nameRegex: '^owned-vj' }, behaviour: { end: 'never' } });
    const { jobId } = await stage.jobs.startExport(mailExport(stage, 'owned'), { jobId: 'owned' });
    await untilPolled(stage, jobId);
    const [made] = exportsNamed(stage, 'owned');
    const adopt = (id: string) =>
      stage.jobs.startExport(
        { matterId: stage.matterId, source: { type: 'adopt', exportId: made!.id }, timing: QUICK },
        { jobId: id },
      );
    await adopt('second');
    await expect(stage.jobs.result('second')).rejects.toMatchObject({
      message: expect.stringMatching(/Job owned has it already/),
    });
    await stage.temporal.workflow.getHandle(jobId).terminate('by hand');
    await adopt('third');
    expect(await untilPolled(stage, 'third')).toMatchObject({ remote: { exportId: made!.id } });
  });
});

describe('a matter that is closed and deleted', () => {
  it('shows nothing, so its export is not gone: undeleted, it goes on', async () => {
    const { matterId } = await stage.vault.createMatter({ name: 'Deleted' });
    stage.fake.script({ match: { nameRegex: '^undeleted-vj' }, behaviour: { end: 'never' } });
    const { jobId } = await stage.jobs.startExport(mailExport(stage, 'undeleted', { matterId }), {
      jobId: 'undeleted',
    });
    const { remote } = await untilPolled(stage, jobId);
    await changeMatter('POST', `/v1/matters/${matterId}:close`);
    await changeMatter('DELETE', `/v1/matters/${matterId}`);
    await untilRecord(stage, jobId, 'blocked on access', ({ blocked }) => blocked?.on === 'access');
    await changeMatter('POST', `/v1/matters/${matterId}:undelete`);
    stage.fake.scriptExport(remote.exportId!, { end: 'complete', afterMs: 0 });
    expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED');
  });
});
