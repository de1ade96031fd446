import { randomUUID } from 'node:crypto';
import { queueRates, readRatesSchema, walkRates } from '../../src/config/read-rates';
import type { QueueRates } from '../../src/config/read-rates';
import type { WalkRates } from '../../src/domain/walk-rates';
import { asked, exportsNamed, untilRecord } from '../support/remote';
import { mailExport, QUICK, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';

jest.setTimeout(240_000);

/** A minute of Vault's quotas takes half a second here; rates are as much faster. */
const TIMES_FASTER = 120;
const WINDOW_MS = 60_000 / TIMES_FASTER;
const DOCUMENTED = { perMinute: true, windowMs: WINDOW_MS, runningExports: 20 };

const rates = readRatesSchema.parse({});

function fasterQueues(): QueueRates {
  const documented = Object.entries(queueRates(rates));
  return Object.fromEntries(documented.map(([queue, rate]) => [queue, rate * TIMES_FASTER]));
}

function fasterWalks(): WalkRates {
  const { exports, operations, firstPages } = walkRates(rates);
  return {
    exports: exports * TIMES_FASTER,
    operations: operations * TIMES_FASTER,
    firstPages: firstPages * TIMES_FASTER,
  };
}

const EXPORTS_LIST = 'vault.matters.exports.list';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage({
    fake: { durations: { exportMs: 300, countMs: 300 } },
    rates: fasterQueues(),
    walkRates: fasterWalks(),
  });
});
afterAll(() => stage?.close());
beforeEach(() => {
  stage.fake.patchSettings({ limits: DOCUMENTED, listEnd: 'ends', pageTokenLifetimeMs: 60_000 });
  stage.fake.clearLog();
});

function matterOf(count: number): { matterId: string; exportIds: readonly string[] } {
  return stage.fake.seedMatter({ exports: { count } });
}

const adopting = (matterId: string, exportId: string) =>
  stage.jobs.startExport({ matterId, source: { type: 'adopt', exportId }, timing: QUICK });

/** Waits until one of the job's steps says so of itself. */
const untilSaid = (jobId: string, words: RegExp) =>
  until(`a step to say ${words}`, async () => {
    const { pending } = await stage.jobs.status(jobId);
    return pending.some(({ detail = '' }) => words.test(detail));
  });

const refusedForQuota = () => stage.fake.log().filter(({ status }) => status === 429);

describe('in a matter of 10,000 exports, with the documented quotas,', () => {
  it('an adopted export that has completed gets its verdict, each page is read once, and the job shows how far it is', async () => {
    const { matterId, exportIds } = matterOf(10_000);
    const { jobId } = await adopting(matterId, exportIds[5_000]!);
    await untilSaid(
      jobId,
      /^Export COMPLETED.*; its children: .* page \d+, [\d,]+00 exports; looks again in /,
    );
    expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED');
    expect(stage.fake.log({ method: EXPORTS_LIST, matterId })).toHaveLength(100);
    expect(refusedForQuota()).toEqual([]);
  });
});

describe('in a matter of 3,000 exports, with the documented quotas,', () => {
  it('an export whose create was lost is found, and not made twice', async () => {
    const { matterId } = matterOf(3_000);
    stage.fake.fault({
      method: 'vault.matters.exports.create',
      match: { namePrefix: 'deep' },
      answer: { kind: 'reply-lost' },
    });
    const { jobId } = await stage.jobs.startExport(mailExport(stage, 'deep', { matterId }));
    expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED');
    expect(exportsNamed(stage, 'deep')).toHaveLength(1);
    expect(asked(stage, 'matters.exports.create', { exportName: 'deep' })).toHaveLength(1);
    // Before the create, after it (begun again once when its time to show was over), and for the children.
    expect(asked(stage, 'matters.exports.list').length).toBeLessThanOrEqual(4 * 31);
    expect(refusedForQuota()).toEqual([]);
  });

  it('one that was never made is made, after one whole walk since it could have shown', async () => {
    const { matterId } = matterOf(3_000);
    stage.fake.fault({
      method: 'vault.matters.exports.create',
      match: { namePrefix: 'unmade' },
      answer: { kind: 'connection-reset' },
    });
    const { jobId } = await stage.jobs.startExport(mailExport(stage, 'unmade', { matterId }));
    expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED');
    const creates = asked(stage, 'matters.exports.create', { exportName: 'unmade' });
    expect(creates).toHaveLength(2);
    const [lost, second] = creates;
    const settledMs = lost!.timeMs + QUICK.requestTimeoutMs + QUICK.createSettleMs;
    const between = asked(stage, 'matters.exports.list').filter(
      ({ timeMs }) => timeMs >= settledMs && timeMs <= second!.timeMs,
    );
    expect(between.length).toBeGreaterThanOrEqual(30);
  });

  it('a walk that is cut off by outages goes on where it was', async () => {
    const { matterId, exportIds } = matterOf(3_000);
    const { jobId } = await adopting(matterId, exportIds[0]!);
    await until('the walk is under way', () => asked(stage, 'matters.exports.list').length >= 6);
    stage.fake.fault({ method: EXPORTS_LIST, times: 4, answer: { kind: 'error', status: 'UNAVAILABLE' } });
    expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED');
    const pages = stage.fake.log({ method: EXPORTS_LIST, matterId }).filter(({ status }) => status === 200);
    expect(pages).toHaveLength(30);
  });
});

it('200 matters whose exports are adopted at once all get their verdicts, and no list is read again and again', async () => {
  const matters = Array.from({ length: 200 }, () => matterOf(5));
  stage.fake.clearLog();
  const jobs = await Promise.all(matters.map(({ matterId, exportIds }) => adopting(matterId, exportIds[4]!)));
  for (const { jobId } of jobs) expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED');
  const answered = asked(stage, 'matters.exports.list').filter(({ status }) => status === 200);
  expect(new Set(answered.map(({ matterId }) => matterId)).size).toBe(200);
  // On a busy machine an answer may come too late to be heard.
  expect(answered.length).toBeLessThan(220);
});

describe('a list that goes round', () => {
  const blockedOnVault = (jobId: string) =>
    untilRecord(stage, jobId, 'blocked on vault', ({ blocked }) => blocked?.on === 'vault');
  beforeEach(() => stage.fake.patchSettings({ limits: 'off' }));

  it('blocks a create on Vault, is asked again ever later, and makes nothing until it ends', async () => {
    const { matterId } = matterOf(250);
    stage.fake.patchSettings({ listEnd: 'circles' });
    const { jobId } = await stage.jobs.startExport(mailExport(stage, 'round', { matterId }));
    const { blocked } = await blockedOnVault(jobId);
    expect(blocked?.detail).toMatch(/^Vault’s list does not end: page \d begins like an earlier one$/);
    await until('it is asked again', () => asked(stage, 'matters.exports.list').length > 8);
    expect((await stage.jobs.status(jobId)).record.blocked?.on).toBe('vault');
    expect(exportsNamed(stage, 'round')).toHaveLength(0);
    const { attempt } = (await stage.jobs.status(jobId)).pending[0]!;
    expect(asked(stage, 'matters.exports.list').length).toBeLessThanOrEqual(4 * attempt);
    stage.fake.patchSettings({ listEnd: 'ends' });
    const record = await stage.jobs.result(jobId);
    expect(record.outcome).toBe('COMPLETED');
    const types = (await stage.jobs.history(jobId)).map(({ type }) => type);
    expect(types.filter((type) => type === 'BLOCKED')).toHaveLength(1);
    expect(types.filter((type) => type === 'UNBLOCKED')).toHaveLength(1);
  });

  it('blocks the look for a count’s operation in the same way', async () => {
    stage.fake.patchSettings({ listEnd: 'circles' });
    stage.fake.fault({ method: 'vault.matters.count', answer: { kind: 'reply-lost' } });
    const query = { corpus: 'MAIL', dataScope: 'ALL_DATA', method: 'ENTIRE_ORG' } as const;
    const { matterId } = stage.fake.seedMatter();
    // So that the list of operations has more than this one, and may well go round before it.
    const { jobId } = await stage.jobs.startCount({
      matterId,
      query: { ...query, terms: 'other' },
      timing: QUICK,
    });
    await until('the count is found or blocked', async () => {
      const { record } = await stage.jobs.status(jobId);
      return record.blocked !== undefined || record.remote.operationName !== undefined;
    });
    stage.fake.patchSettings({ listEnd: 'ends' });
    expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED');
    expect(asked(stage, 'matters.count')).toHaveLength(1);
    expect(asked(stage, 'operations.list').length).toBeLessThan(20);
  });

  it('makes its matter unreadable for a scan for orphans, and the scan ends', async () => {
    const { matterId } = matterOf(250);
    stage.fake.patchSettings({ listEnd: 'circles' });
    const scan = await stage.jobs.scanForOrphans({
      tenant: `t-${randomUUID().slice(0, 8)}`,
      confirmed: true,
      unitsPerMinute: 60_000,
      timing: QUICK,
      matterId,
    });
    const report = await scan.report();
    expect(report.unreadable).toEqual([
      { matterId, detail: expect.stringMatching(/^Vault’s list does not end: /) },
    ]);
  });
});

it('page tokens that last for too short a time cost a few new beginnings, and then block on Vault', async () => {
  stage.fake.patchSettings({ limits: 'off', pageTokenLifetimeMs: 0 });
  const { matterId } = matterOf(450);
  const fault = stage.fake.fault({
    method: EXPORTS_LIST,
    times: 'always',
    answer: { kind: 'latency', ms: 20 },
  });
  const { jobId } = await stage.jobs.startExport(mailExport(stage, 'expired', { matterId }));
  const { blocked } = await untilRecord(stage, jobId, 'blocked', (record) => record.blocked !== undefined);
  expect(blocked).toMatchObject({ on: 'vault', during: 'create' });
  expect(blocked?.detail).toBe('Vault refuses the page tokens of its own list, again and again');
  expect(exportsNamed(stage, 'expired')).toHaveLength(0);
  stage.fake.removeFault(fault);
  stage.fake.patchSettings({ pageTokenLifetimeMs: 60_000 });
  expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED');
});
