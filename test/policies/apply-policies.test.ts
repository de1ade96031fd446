import { ScheduleOverlapPolicy } from '@temporalio/client';
import { applyPolicies } from '../../src/policies/apply-policies';
import { listPolicies, pausePolicy, policyStatus } from '../../src/policies/policy-control';
import { scheduleIdOf, scheduleOf } from '../../src/policies/policy-schedule';
import { setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';
import { apply, policy } from './policy-stage';

let stage: Stage;

beforeEach(async () => {
  stage = await setStage({ worker: false });
});
afterEach(async () => {
  try {
    await apply(stage);
  } finally {
    await stage?.close();
  }
});

async function untilInPlace(...names: string[]): Promise<void> {
  await until(`${names.join()} to be listed`, async () => {
    const listed = await listPolicies(stage.temporal, stage.taskQueue);
    return listed.map(({ name }) => name).join() === names.join();
  });
}

describe('applying a file', () => {
  it('makes what it names, changes what differs, and deletes what it no longer names', async () => {
    const [a, b, c] = [policy('a'), policy('b'), policy('c')];
    expect(await apply(stage, a, b)).toEqual([
      { name: 'a', change: 'created', paused: false },
      { name: 'b', change: 'created', paused: false },
    ]);
    await untilInPlace('a', 'b');
    expect(await apply(stage, a, { ...b, maxCancels: 7 }, c)).toEqual([
      { name: 'a', change: 'unchanged', paused: false },
      { name: 'b', change: 'updated', paused: false },
      { name: 'c', change: 'created', paused: false },
    ]);
    expect((await policyStatus(stage.temporal, stage.taskQueue, 'b')).policy).toEqual({
      ...b,
      maxCancels: 7,
    });
    await untilInPlace('a', 'b', 'c');
    expect(await apply(stage, c)).toEqual([
      { name: 'c', change: 'unchanged', paused: false },
      { name: 'a', change: 'deleted', paused: false },
      { name: 'b', change: 'deleted', paused: false },
    ]);
    await untilInPlace('c');
  });

  it.each([
    ['every', policy('timed')],
    ['cron', policy('timed', { cron: '30 2 * * MON-FRI' })],
  ])('finds a policy of %s unchanged, and restores what was changed by hand', async (_what, wanted) => {
    await apply(stage, wanted);
    expect(await apply(stage, wanted)).toMatchObject([{ change: 'unchanged' }]);
    const handle = stage.temporal.schedule.getHandle(scheduleIdOf(stage.taskQueue, 'timed'));
    await handle.update((now) => ({ ...now, spec: { intervals: [{ every: '3 days' }] } }));
    expect(await apply(stage, wanted)).toMatchObject([{ change: 'updated' }]);
    expect(await apply(stage, wanted)).toMatchObject([{ change: 'unchanged' }]);
  });

  it('finds nothing wrong in what another deletes at the same time', async () => {
    await apply(stage, policy('a'), policy('b'));
    await untilInPlace('a', 'b');
    await expect(Promise.all([apply(stage), apply(stage)])).resolves.toHaveLength(2);
    await untilInPlace();
  });

  it('leaves a paused policy paused, with its reason', async () => {
    const wanted = policy('paused');
    await apply(stage, wanted);
    await pausePolicy(stage.temporal, stage.taskQueue, 'paused', 'ann: audit');
    expect(await apply(stage, wanted)).toMatchObject([{ change: 'unchanged', paused: true }]);
    expect(await apply(stage, { ...wanted, olderThan: '7h' })).toMatchObject([
      { change: 'updated', paused: true },
    ]);
    expect(await policyStatus(stage.temporal, stage.taskQueue, 'paused')).toMatchObject({
      paused: true,
      note: 'ann: audit',
      policy: { olderThan: '7h' },
    });
  });

  it('touches no schedule that it did not make, whatever its id', async () => {
    const { memo: _ours, ...foreign } = scheduleOf(policy('foreign'), stage.taskQueue);
    const theirs = await stage.temporal.schedule.create({ ...foreign, state: { note: 'theirs' } });
    await apply(stage, policy('mine'));
    await untilInPlace('mine');
    expect(await apply(stage)).toEqual([{ name: 'mine', change: 'deleted', paused: false }]);
    await expect(apply(stage, policy('new'), policy('foreign'))).rejects.toThrow(/Not made by vault-jobs/);
    await expect(policyStatus(stage.temporal, stage.taskQueue, 'new')).rejects.toThrow(/no policy new/);
    await expect(policyStatus(stage.temporal, stage.taskQueue, 'foreign')).rejects.toThrow(/no policy/);
    expect((await theirs.describe()).state.note).toBe('theirs');
    await theirs.delete();
  });

  it('leaves the policies of another deployment in the same namespace alone', async () => {
    const other = await setStage({ worker: false });
    await apply(other, policy('same'));
    await apply(stage, policy('same'));
    await untilInPlace('same');
    await apply(stage);
    expect(await policyStatus(other.temporal, other.taskQueue, 'same')).toMatchObject({ name: 'same' });
    await apply(other);
    await other.close();
  });

  it('says in a dry run what it would do, and does nothing', async () => {
    await apply(stage, policy('old'));
    await untilInPlace('old');
    const dry = await applyPolicies(stage.temporal, [policy('new')], {
      taskQueue: stage.taskQueue,
      dryRun: true,
    });
    expect(dry.map(({ name, change }) => `${name} ${change}`)).toEqual(['new created', 'old deleted']);
    expect((await listPolicies(stage.temporal, stage.taskQueue)).map(({ name }) => name)).toEqual(['old']);
  });

  it('asks for runs that never overlap, and makes up for missed ones only shortly', async () => {
    await apply(stage, policy('careful'));
    const { policies } = await stage.temporal.schedule
      .getHandle(scheduleIdOf(stage.taskQueue, 'careful'))
      .describe();
    expect(policies).toMatchObject({ overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: 60_000 });
  });
});
