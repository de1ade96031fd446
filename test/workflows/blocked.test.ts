import { asked, exportsNamed, untilPolled, untilRecord } from '../support/remote';
import { mailExport, setStage } from '../support/stage';
import type { Stage } from '../support/stage';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage({ fake: { linkMode: 'linked' } });
});
afterAll(() => stage?.close());

async function running(name: string) {
  stage.fake.script({ match: { nameRegex: `^${name}-vj` }, behaviour: { end: 'never' } });
  const { jobId } = await stage.jobs.startExport(mailExport(stage, name));
  const { remote } = await untilPolled(stage, jobId);
  return { jobId, exportId: remote.exportId! };
}

describe('a watch', () => {
  it.each([
    ['access', 'denied'],
    ['access', 'matter-not-found'],
  ] as const)(
    'blocked on %s (%s) is shown so, is no ending, and goes on when access comes back',
    async (on, mode) => {
      const { jobId, exportId } = await running(`lost-${mode}`);
      stage.fake.access({ matterId: stage.matterId, mode });
      const { blocked, state } = await untilRecord(
        stage,
        jobId,
        'blocked',
        (record) => record.blocked !== undefined,
      );
      expect(blocked).toMatchObject({ on, during: 'watch' });
      expect(state).toBe('RUNNING');
      stage.fake.access({ matterId: stage.matterId, mode: 'granted' });
      await untilRecord(stage, jobId, 'unblocked', (record) => record.blocked === undefined);
      stage.fake.scriptExport(exportId, { end: 'complete', afterMs: 0 });
      expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED');
      const types = (await stage.jobs.history(jobId)).map((event) => event.type);
      expect(types.filter((type) => type === 'BLOCKED')).toHaveLength(1);
      expect(types.filter((type) => type === 'UNBLOCKED')).toHaveLength(1);
    },
  );

  it('waits out an outage of reads without an end to its job', async () => {
    const { jobId, exportId } = await running('outage');
    const fault = stage.fake.fault({
      method: 'vault.matters.exports.get',
      match: { exportId },
      times: 'always',
      answer: { kind: 'error', status: 'UNAVAILABLE' },
    });
    const { blocked } = await untilRecord(stage, jobId, 'blocked', (record) => record.blocked !== undefined);
    expect(blocked).toMatchObject({ on: 'vault', during: 'watch' });
    stage.fake.removeFault(fault);
    stage.fake.scriptExport(exportId, { end: 'complete', afterMs: 0 });
    expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED');
  });

  it('survives a token that is revoked, without a word', async () => {
    const { jobId, exportId } = await running('revoked');
    stage.fake.revokeTokens();
    stage.fake.scriptExport(exportId, { end: 'complete', afterMs: 0 });
    expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED');
    const types = (await stage.jobs.history(jobId)).map((event) => event.type);
    expect(types).not.toContain('BLOCKED');
  });

  it('is blocked on the credential while the token endpoint refuses it', async () => {
    const { jobId, exportId } = await running('refused-token');
    stage.fake.revokeTokens();
    const fault = stage.fake.fault({
      method: 'oauth2.token',
      times: 'always',
      answer: { kind: 'oauth-error', error: 'unauthorized_client', httpStatus: 401 },
    });
    const { advice } = await untilRecord(
      stage,
      jobId,
      'blocked',
      (record) => record.blocked?.on === 'credential',
    );
    expect(advice).toMatch(/credential is refused/);
    stage.fake.removeFault(fault);
    stage.fake.scriptExport(exportId, { end: 'complete', afterMs: 0 });
    expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED');
  });
});

it('a create that meets the limit of running exports waits for a place', async () => {
  stage.fake.fault({
    method: 'vault.matters.exports.create',
    match: { namePrefix: 'slot' },
    times: 2,
    answer: {
      kind: 'error',
      status: 'RESOURCE_EXHAUSTED',
      message: 'Exceeded running export limit of 20 concurrent exports.',
    },
  });
  stage.fake.script({ match: { nameRegex: '^slot-vj' }, behaviour: { afterMs: 100 } });
  const { jobId } = await stage.jobs.startExport(mailExport(stage, 'slot'));
  const { blocked, state } = await untilRecord(
    stage,
    jobId,
    'blocked',
    (record) => record.blocked !== undefined,
  );
  expect([state, blocked?.on]).toEqual(['QUEUED', 'slot']);
  expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED');
  expect(exportsNamed(stage, 'slot')).toHaveLength(1);
});

it('a cancel that Vault keeps failing is blocked while the watch goes on', async () => {
  const { jobId, exportId } = await running('stuck-cancel');
  stage.fake.fault({
    method: 'vault.operations.cancel',
    times: 'always',
    answer: { kind: 'error', status: 'UNAVAILABLE' },
  });
  await stage.jobs.requestCancel(jobId);
  const { blocked, polls } = await untilRecord(
    stage,
    jobId,
    'blocked',
    (record) => record.blocked !== undefined,
  );
  expect(blocked?.during).toBe('cancel');
  await untilPolled(stage, jobId, polls! + 2);
  stage.fake.scriptExport(exportId, { end: 'fail', afterMs: 0 });
  expect(await stage.jobs.result(jobId)).toMatchObject({
    outcome: 'FAILED',
    cancel: { disposition: 'PENDING' },
  });
  expect(asked(stage, 'operations.cancel').length).toBeGreaterThan(2);
});
