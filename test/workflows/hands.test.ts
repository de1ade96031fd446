import { Connection } from '@temporalio/client';
import { pausedChecks } from '../../src/cli/doctor/paused-checks';
import type { JobRecord } from '../../src/domain/job-record';
import type { Fault } from '../../src/fake-vault';
import { exportsNamed, untilPolled, untilRecord, untilState } from '../support/remote';
import { mailExport, QUICK, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { temporalCli } from '../support/temporal-cli';
import { until, VISIBILITY_LAG_MS } from '../support/until';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage({ fake: { linkMode: 'linked', durations: { exportMs: 300, countMs: 300 } } });
});
afterAll(() => stage?.close());

/** What a hand can do to a pending step, so that it ends otherwise than by an answer of its own. */
const HANDS = {
  'is completed with garbage': (at) => temporalCli('activity', 'complete', ...at, '--result', '"garbage"'),
  'is completed with nothing': (at) => temporalCli('activity', 'complete', ...at, '--result', 'null'),
  // The server fails only what is under way, and an attempt lasts some milliseconds.
  'is failed': (at) =>
    until('an attempt to fail', () =>
      temporalCli('activity', 'fail', ...at, '--reason', 'by a person').then(
        () => true,
        (error: unknown) => {
          if (!/invalid activityID/.test(String(error))) throw error;
          return false;
        },
      ),
    ),
  'has no attempts left': (at) =>
    temporalCli('activity', 'update-options', ...at, '--retry-maximum-attempts', '1'),
  'has no time left': (at) =>
    temporalCli('activity', 'update-options', ...at, '--schedule-to-close-timeout', '1s'),
} satisfies { [hand: string]: (at: string[]) => Promise<unknown> };

const hands = Object.entries(HANDS);

async function pendingIds(jobId: string, type: string): Promise<string[]> {
  const { raw } = await stage.temporal.workflow.getHandle(jobId).describe();
  return (raw.pendingActivities ?? [])
    .filter(({ activityType }) => activityType?.name === type)
    .map(({ activityId }) => activityId!);
}

/** Lays the hand on the pending step, and waits until another stands in its place. */
async function lay(hand: (at: string[]) => Promise<unknown>, jobId: string, type: string): Promise<void> {
  const [activityId] = await until(`a pending ${type}`, async () => {
    const ids = await pendingIds(jobId, type);
    return ids.length > 0 && ids;
  });
  await hand(['--workflow-id', jobId, '--activity-id', activityId!]);
  await until(`another ${type} in place of ${activityId}`, async () => {
    const { name } = (await stage.temporal.workflow.getHandle(jobId).describe()).status;
    if (name !== 'RUNNING') throw new Error(`The job is ${name}`);
    const ids = await pendingIds(jobId, type);
    return ids.length > 0 && !ids.includes(activityId!);
  });
}

async function expectHandsNoted(jobId: string, during: string): Promise<void> {
  const events = await stage.jobs.history(jobId);
  const ofHands = events.filter(({ type, detail }) => type === 'BLOCKED' && detail.on === 'hand');
  expect(ofHands.map(({ detail }) => detail.during)).toContain(during);
  const again = events.filter(({ type, detail }) => type === 'UNBLOCKED' && detail.on === 'hand');
  expect(again).toHaveLength(ofHands.length);
}

/** Vault answers a method with an outage for as long as the hand is at work. */
async function whileItFails(
  fault: Pick<Fault, 'method' | 'match'>,
  play: () => Promise<void>,
): Promise<void> {
  const id = stage.fake.fault({
    ...fault,
    times: 'always',
    answer: { kind: 'error', status: 'UNAVAILABLE' },
  });
  try {
    await play();
  } finally {
    stage.fake.removeFault(id);
  }
}

const nameOf = (step: string, hand: string) => `${step}-${hand}`.replaceAll(' ', '-');

describe.each(hands)('a step that %s is run again:', (title, hand) => {
  it('the watch', async () => {
    const name = nameOf('watch', title);
    stage.fake.script({ match: { nameRegex: `^${name}-vj` }, behaviour: { end: 'never' } });
    const { jobId } = await stage.jobs.startExport(mailExport(stage, name));
    const { remote } = await untilPolled(stage, jobId);
    await lay(hand, jobId, 'watch');
    const record = await untilRecord(stage, jobId, 'goes on', ({ blocked }) => blocked === undefined);
    expect(record.state).toBe('RUNNING');
    stage.fake.scriptExport(remote.exportId!, { end: 'complete', afterMs: 0 });
    expect(await stage.jobs.result(jobId)).toMatchObject({ outcome: 'COMPLETED' });
    await expectHandsNoted(jobId, 'watch');
  });

  it('the create, which still makes one export', async () => {
    const name = nameOf('create', title);
    let jobId = '';
    await whileItFails({ method: 'vault.matters.exports.create', match: { namePrefix: name } }, async () => {
      ({ jobId } = await stage.jobs.startExport(mailExport(stage, name)));
      await lay(hand, jobId, 'createExport');
    });
    expect(await stage.jobs.result(jobId)).toMatchObject({ outcome: 'COMPLETED' });
    expect(exportsNamed(stage, name)).toHaveLength(1);
    await expectHandsNoted(jobId, 'create');
  });

  it('the cancel', async () => {
    const name = nameOf('cancel', title);
    stage.fake.script({ match: { nameRegex: `^${name}-vj` }, behaviour: { end: 'never' } });
    const { jobId } = await stage.jobs.startExport(mailExport(stage, name));
    const { remote } = await untilPolled(stage, jobId);
    const { operationName } = remote;
    await whileItFails(
      { method: 'vault.operations.cancel', match: { operationName: operationName! } },
      async () => {
        await stage.jobs.requestCancel(jobId);
        await lay(hand, jobId, 'cancelOperation');
      },
    );
    expect(await stage.jobs.result(jobId)).toMatchObject({
      outcome: 'CANCELLED',
      cancel: { disposition: 'ACCEPTED' },
    });
    await expectHandsNoted(jobId, 'cancel');
  });

  it('the start of a count', async () => {
    let jobId = '';
    await whileItFails({ method: 'vault.matters.count' }, async () => {
      ({ jobId } = await stage.jobs.startCount(
        {
          matterId: stage.matterId,
          query: { corpus: 'MAIL', dataScope: 'ALL_DATA', method: 'ENTIRE_ORG' },
          timing: QUICK,
        },
        { jobId: nameOf('count', title) },
      ));
      await lay(hand, jobId, 'startCount');
    });
    expect(await stage.jobs.result(jobId)).toMatchObject({ outcome: 'COMPLETED' });
  });

  it('the check of what is adopted', async () => {
    const { matterId, exportIds } = stage.fake.seedMatter({
      exports: { count: 1, status: 'IN_PROGRESS', ageMs: 0 },
    });
    const exportId = exportIds[0]!;
    let jobId = '';
    await whileItFails({ method: 'vault.matters.exports.get', match: { exportId } }, async () => {
      ({ jobId } = await stage.jobs.startExport({
        matterId,
        source: { type: 'adopt', exportId },
        timing: QUICK,
      }));
      await lay(hand, jobId, 'adoptExport');
    });
    await untilState(stage, jobId, 'RUNNING');
    stage.fake.scriptExport(exportId, { end: 'complete', afterMs: 0 });
    expect(await stage.jobs.result(jobId)).toMatchObject({ outcome: 'COMPLETED' });
  });
});

const twoHands = hands.filter(([title]) => /garbage|no attempts/.test(title));

describe.each(twoHands)('also one that %s:', (title, hand) => {
  it('the deletion that the owner allowed', async () => {
    const name = nameOf('delete', title);
    stage.fake.script({ match: { nameRegex: `^${name}-vj` }, behaviour: { end: 'never', linked: false } });
    const { jobId } = await stage.jobs.startExport(
      mailExport(stage, name, { whenNotCancellable: 'delete-export' }),
    );
    const { remote } = await untilPolled(stage, jobId);
    const match = { exportId: remote.exportId! };
    await whileItFails({ method: 'vault.matters.exports.delete', match }, async () => {
      await stage.jobs.requestCancel(jobId);
      await lay(hand, jobId, 'deleteExport');
    });
    expect(await stage.jobs.result(jobId)).toMatchObject({ outcome: 'DELETED' });
    await expectHandsNoted(jobId, 'delete');
  });

  it('the look for the operation behind an export', async () => {
    const name = nameOf('link', title);
    stage.fake.script({ match: { nameRegex: `^${name}-vj` }, behaviour: { end: 'never' } });
    const fault = {
      method: 'vault.operations.list',
      times: 'always' as const,
      answer: { kind: 'error' as const, status: 'UNAVAILABLE' as const },
    };
    const id = stage.fake.fault(fault);
    const { jobId } = await stage.jobs.startExport(mailExport(stage, name));
    await untilPolled(stage, jobId);
    await stage.jobs.requestCancel(jobId);
    await lay(hand, jobId, 'findLinkedOperation');
    stage.fake.removeFault(id);
    expect(await stage.jobs.result(jobId)).toMatchObject({ outcome: 'CANCELLED' });
    await expectHandsNoted(jobId, 'find-link');
  });

  it('the check of an operation that is taken over', async () => {
    const { name: operationName } = await stage.vault.countArtifacts(stage.matterId, {
      query: { corpus: 'MAIL', dataScope: 'ALL_DATA', method: 'ENTIRE_ORG' },
    });
    let jobId = '';
    await whileItFails({ method: 'vault.operations.get', match: { operationName } }, async () => {
      ({ jobId } = await stage.jobs.watchOperation({ operationName, timing: QUICK }));
      await lay(hand, jobId, 'adoptOperation');
    });
    expect(await stage.jobs.result(jobId)).toMatchObject({ outcome: 'COMPLETED' });
  });

  it('the look for a create that was under way when the cancel came', async () => {
    const name = nameOf('find', title);
    let jobId = '';
    await whileItFails({ method: 'vault.matters.exports.create', match: { namePrefix: name } }, async () => {
      ({ jobId } = await stage.jobs.startExport(mailExport(stage, name)));
      await untilRecord(stage, jobId, 'blocked', ({ blocked }) => blocked?.during === 'create');
      await whileItFails({ method: 'vault.matters.exports.list' }, async () => {
        await stage.jobs.requestCancel(jobId);
        await lay(hand, jobId, 'findCreatedExport');
      });
    });
    expect(await stage.jobs.result(jobId)).toMatchObject({ outcome: 'CANCELLED' });
    expect(exportsNamed(stage, name)).toHaveLength(0);
  });
});

it('a step that is paused says who paused it and how to go on, and so does a cancel that waits for it', async () => {
  stage.fake.script({ match: { nameRegex: '^paused-vj' }, behaviour: { end: 'never' } });
  const { jobId } = await stage.jobs.startExport(mailExport(stage, 'paused'));
  const { remote } = await untilPolled(stage, jobId);
  const match = { operationName: remote.operationName! };
  let at: string[] = [];
  await whileItFails({ method: 'vault.operations.cancel', match }, async () => {
    await stage.jobs.requestCancel(jobId);
    const [activityId] = await until('the cancel to be pending', async () => {
      const ids = await pendingIds(jobId, 'cancelOperation');
      return ids.length > 0 && ids;
    });
    at = ['--workflow-id', jobId, '--activity-id', activityId!];
    await temporalCli('activity', 'pause', ...at);
    const { advice } = await untilRecord(stage, jobId, 'paused', (record) =>
      record.advice.includes('paused'),
    );
    expect(advice).toMatch(/^The step cancel was paused in Temporal by temporal-cli:.*the cancel cannot act/);
    expect(advice).toContain(`temporal activity unpause ${at.join(' ')}`);
  });
  const { pending } = await stage.jobs.status(jobId);
  const step = pending.find(({ paused }) => paused !== undefined);
  expect(step).toMatchObject({
    step: 'cancel',
    paused: { by: expect.stringMatching(/^temporal-cli/), at: expect.any(String) },
  });
  expect(step).not.toHaveProperty('nextAttemptAt');
  const [check] = pausedChecks({ temporal: { namespace: 'default' }, taskQueue: stage.taskQueue }, () =>
    Connection.connect({ address: process.env.TEST_TEMPORAL_ADDRESS! }),
  );
  await until('doctor to name the job', async () => (await check!.run()).detail === jobId, VISIBILITY_LAG_MS);
  await temporalCli('activity', 'unpause', ...at);
  expect(await stage.jobs.result(jobId)).toMatchObject({ outcome: 'CANCELLED' });
});

it('a step whose worker died after it said "blocked" is not shown as blocked when the next attempt has ended it', async () => {
  const { matterId, exportIds } = stage.fake.seedMatter({
    exports: { count: 1, status: 'IN_PROGRESS', ageMs: 0 },
  });
  const exportId = exportIds[0]!;
  let jobId = '';
  await whileItFails({ method: 'vault.matters.exports.get', match: { exportId } }, async () => {
    ({ jobId } = await stage.jobs.startExport({
      matterId,
      source: { type: 'adopt', exportId },
      timing: QUICK,
    }));
    await untilRecord(stage, jobId, 'blocked', ({ blocked }) => blocked?.during === 'adopt');
    // What such a worker leaves: an attempt that knows of no block.
    const [activityId] = await pendingIds(jobId, 'adoptExport');
    const at = ['--workflow-id', jobId, '--activity-id', activityId!];
    await temporalCli('activity', 'reset', ...at, '--reset-heartbeats');
  });
  const { blocked } = await untilState(stage, jobId, 'RUNNING');
  expect(blocked).toBeUndefined();
  stage.fake.scriptExport(exportId, { end: 'complete', afterMs: 0 });
  await stage.jobs.result(jobId);
});

it('what a query of the job does not know is absent, not 0', async () => {
  stage.fake.script({ match: { nameRegex: '^unknown-vj' }, behaviour: { end: 'never' } });
  const { jobId } = await stage.jobs.startExport(mailExport(stage, 'unknown'));
  const { remote } = await untilPolled(stage, jobId);
  const record = await stage.temporal.workflow.getHandle(jobId).query<JobRecord>('status');
  expect(record).not.toHaveProperty('polls');
  expect(record.cancel).not.toHaveProperty('attempts');
  stage.fake.scriptExport(remote.exportId!, { end: 'complete', afterMs: 0 });
  expect((await stage.jobs.result(jobId)).polls).toBeGreaterThan(0);
});
