import { randomUUID } from 'node:crypto';
import type { OrphanReport } from '../../src/client';
import { EXPORTS_PAGE_UNITS, MATTERS_PAGE_UNITS, SCAN_UNITS_PER_MINUTE } from '../../src/domain/orphan-scan';
import type { OrphanScanInput } from '../../src/domain/orphan-scan';
import { asked, untilPolled } from '../support/remote';
import { mailExport, QUICK, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';

/** Fast enough not to be noticed; the pace has a test of its own. */
const FAST = { unitsPerMinute: 60_000, timing: QUICK };

const LIST_EXPORTS = 'vault.matters.exports.list';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage({ fake: { durations: { exportMs: 500 } } });
});
afterAll(() => stage?.close());

/** Its own tenant, so that no test joins another's scan. */
async function scan(input: OrphanScanInput): Promise<OrphanReport> {
  const tenant = `t-${randomUUID().slice(0, 8)}`;
  return (await stage.jobs.scanForOrphans({ tenant, confirmed: true, ...FAST, ...input })).report();
}

function matterWith(
  count: number,
  namePrefix = 'elsewhere',
  status: 'IN_PROGRESS' | 'COMPLETED' = 'IN_PROGRESS',
) {
  const { matterId } = stage.fake.seedMatter();
  return { matterId, exportIds: stage.fake.seedExports(matterId, { count, status, namePrefix }) };
}

async function endlessJob(name: string, matterId: string): Promise<{ jobId: string; exportId: string }> {
  stage.fake.script({ match: { nameRegex: `^${name}-vj` }, behaviour: { end: 'never' } });
  const { jobId } = await stage.jobs.startExport(mailExport(stage, name, { matterId }));
  const { remote } = await untilPolled(stage, jobId);
  return { jobId, exportId: remote.exportId! };
}

describe('a scan finds', () => {
  it('exports in progress that no job owns, and neither finished nor owned ones', async () => {
    const { matterId, exportIds } = matterWith(2);
    stage.fake.seedExports(matterId, { count: 1, status: 'COMPLETED' });
    await endlessJob('owned', matterId);
    const report = await scan({ matterId });
    expect(report.orphans.map(({ exportId }) => exportId)).toEqual(exportIds);
    expect(report).toMatchObject({ gone: [], mattersScanned: 1, unitsSpent: EXPORTS_PAGE_UNITS });
  });

  it('what a terminated job left behind, and which job that was', async () => {
    const { matterId } = stage.fake.seedMatter();
    const { jobId, exportId } = await endlessJob('terminated', matterId);
    expect((await scan({ matterId })).orphans).toEqual([]);
    await stage.temporal.workflow.getHandle(jobId).terminate();
    expect((await scan({ matterId })).orphans).toMatchObject([{ exportId, formerJob: jobId }]);
  });

  it('open jobs whose export is gone, on whatever page it would have been', async () => {
    const { matterId } = matterWith(150, 'old', 'COMPLETED');
    const kept = await endlessJob('kept', matterId);
    const lost = await endlessJob('lost', matterId);
    // The job itself must not notice first: its own reads of the export are kept from it.
    stage.fake.fault({
      method: 'vault.matters.exports.get',
      match: { exportId: lost.exportId },
      times: 'always',
      answer: { kind: 'error', status: 'UNAVAILABLE' },
    });
    await stage.vault.deleteExport(matterId, lost.exportId);
    const report = await scan({ matterId });
    expect(report).toMatchObject({ orphans: [], unitsSpent: 2 * EXPORTS_PAGE_UNITS });
    expect(report.gone).toEqual([{ ...lost, matterId }]);
    expect(report.gone).not.toContainEqual(expect.objectContaining({ jobId: kept.jobId }));
  });

  it('an export by its marker, before its job has heard that it exists', async () => {
    const own = await setStage();
    try {
      const { matterId } = own;
      own.fake.script({ match: {}, behaviour: { end: 'never' } });
      own.fake.fault({
        method: 'vault.matters.exports.create',
        match: { matterId },
        times: 'always',
        when: 'after-effect',
        answer: { kind: 'hang' },
      });
      const timing = { ...QUICK, requestTimeoutMs: 600_000 };
      const { jobId } = await own.jobs.startExport(mailExport(own, 'unheard', { timing }));
      await until('the export to be made', () => own.fake.state().exports[0]);
      const tenant = `t-${randomUUID().slice(0, 8)}`;
      const started = await own.jobs.scanForOrphans({ tenant, matterId, confirmed: true, ...FAST });
      expect((await started.report()).orphans).toEqual([]);
      expect((await own.ledger.job(jobId))?.exportId).toBeUndefined();
      await own.temporal.workflow.getHandle(jobId).terminate();
    } finally {
      // Ends the call that hangs; a worker that stops waits for it.
      own.fake.clearScripts();
      await own.fake.close();
      await own.close();
    }
  });

  it('every matter that can be read, and names those that cannot', async () => {
    const { matterId: locked } = matterWith(1);
    const { exportIds } = matterWith(1, 'in-another-matter');
    stage.fake.fault({
      method: LIST_EXPORTS,
      match: { matterId: locked },
      times: 'always',
      answer: { kind: 'error', status: 'PERMISSION_DENIED' },
    });
    const report = await scan({});
    expect(report.unreadable).toMatchObject([{ matterId: locked }]);
    expect(report.orphans.map(({ exportId }) => exportId)).toEqual(expect.arrayContaining(exportIds));
    expect(report.mattersScanned).toBe(stage.fake.state().matters.length);
  });
});

describe('adopting', () => {
  it('makes one job of each orphan, whoever asks again, and no new export', async () => {
    const { matterId, exportIds } = matterWith(2);
    const { orphans } = await scan({ matterId, adopt: true });
    expect(orphans.map(({ adoptedBy }) => adoptedBy)).toEqual([expect.any(String), expect.any(String)]);
    for (const { adoptedBy, exportId } of orphans) {
      expect((await untilPolled(stage, adoptedBy!)).remote).toMatchObject({ exportId });
    }
    expect((await scan({ matterId, adopt: true })).orphans).toEqual([]);
    await stage.temporal.workflow.getHandle(orphans[0]!.adoptedBy!).terminate();
    const again = await scan({ matterId, adopt: true });
    expect(again.orphans).toMatchObject([{ exportId: exportIds[0], formerJob: orphans[0]!.adoptedBy }]);
    expect(again.orphans[0]!.adoptedBy).not.toBe(orphans[0]!.adoptedBy);
    expect(asked(stage, 'matters.exports.create').filter((entry) => entry.matterId === matterId)).toEqual([]);
  });

  it('leaves alone what another deployment made', async () => {
    const { matterId } = matterWith(1, 'theirs-vj0123456789abcdef');
    const seeded = stage.fake.state().exports.find((found) => found.matterId === matterId)!;
    expect(seeded.name).toMatch(/-1$/);
    const theirs = await stage.vault.createExport(matterId, {
      name: 'theirs-vj0123456789abcdef',
      query: { corpus: 'MAIL', dataScope: 'ALL_DATA', method: 'ENTIRE_ORG' },
    });
    stage.fake.scriptExport(theirs.id, { end: 'never' });
    const { orphans } = await scan({ matterId, adopt: true });
    expect(orphans.find(({ exportId }) => exportId === theirs.id)).toMatchObject({
      ofAnotherDeployment: true,
    });
    expect(orphans.find(({ exportId }) => exportId === theirs.id)).not.toHaveProperty('adoptedBy');
  });
});

describe('a scan of everything', () => {
  it('says what it costs, and reads no matter before somebody agrees', async () => {
    const { matters } = stage.fake.state();
    stage.fake.clearLog();
    const tenant = `t-${randomUUID().slice(0, 8)}`;
    const started = await stage.jobs.scanForOrphans({ tenant, ...FAST });
    const estimate = await until('the estimate', async () => {
      const progress = await started.progress();
      return progress?.phase === 'ESTIMATED' && progress;
    });
    expect(estimate).toMatchObject({
      matters: matters.length,
      unitsAhead: matters.length * EXPORTS_PAGE_UNITS,
      unitsSpent: MATTERS_PAGE_UNITS,
    });
    const joined = await stage.jobs.scanForOrphans({ tenant, ...FAST, confirmed: true });
    expect(joined.existed).toBe(true);
    await expect(stage.jobs.scanForOrphans({ tenant, ...FAST, adopt: true })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    expect(asked(stage, 'matters.exports.list').filter(({ status }) => status === 200)).toHaveLength(0);
    await joined.proceed();
    expect(await started.report()).toMatchObject({ mattersScanned: matters.length });
  });

  it('whose history has grown long goes on in another run, with what it had found', async () => {
    const { matterId, exportIds } = matterWith(1, 'late');
    stage.fake.clearLog();
    const earlier = { matterId: 'earlier', exportId: 'earlier', name: 'earlier' };
    const report = {
      startedAt: '2026-01-01T00:00:00.000Z',
      mattersScanned: 400,
      unitsSpent: 2040,
      orphans: [earlier],
      gone: [],
      unreadable: [],
      unreadableTotal: 0,
    };
    const result: OrphanReport = await stage.temporal.workflow.execute('vaultOrphanScan', {
      workflowId: `scan-${randomUUID()}`,
      taskQueue: stage.taskQueue,
      args: [FAST, { report, mattersLeft: [matterId], nextReadAt: 0 }],
    });
    expect(result).toMatchObject({
      ...report,
      mattersScanned: 401,
      unitsSpent: 2045,
      orphans: [earlier, {}],
    });
    expect(result.orphans[1]).toMatchObject({ exportId: exportIds[0] });
    expect(stage.fake.log({ method: 'vault.matters.list' })).toEqual([]);
  });

  it('never takes more than a quarter of the quota, repeats and a restarted worker included', async () => {
    // A minute of 3 seconds: the quota stays 120 units to it, and the scan's quarter is 30.
    const windowMs = 3_000;
    const own = await setStage({ fake: { limits: { perMinute: true, windowMs } }, worker: false });
    try {
      for (let made = 0; made < 14; made += 1) own.fake.seedMatter();
      own.fake.fault({
        method: LIST_EXPORTS,
        match: {},
        times: 2,
        answer: { kind: 'error', status: 'UNAVAILABLE' },
      });
      own.fake.clearLog();
      const unitsPerMinute = SCAN_UNITS_PER_MINUTE * (60_000 / windowMs);
      const tenant = `t-${randomUUID().slice(0, 8)}`;
      const timing = { ...QUICK, backoffMinMs: 1 };
      const started = await own.jobs.scanForOrphans({ tenant, confirmed: true, unitsPerMinute, timing });
      const { matters } = own.fake.state();
      const first = await own.startWorker();
      await until('the scan to be under way', () => own.fake.log({ method: LIST_EXPORTS }).length >= 5);
      await first.stop();
      await own.startWorker();
      expect(await started.report()).toMatchObject({ mattersScanned: matters.length, unreadable: [] });

      const costs = { 'vault.matters.list': MATTERS_PAGE_UNITS, [LIST_EXPORTS]: EXPORTS_PAGE_UNITS };
      const charged = own.fake
        .log()
        .flatMap(({ method, timeMs }) =>
          Object.entries(costs).flatMap(([name, units]) => (name === method ? [{ timeMs, units }] : [])),
        );
      expect(charged).toHaveLength(1 + matters.length + 2);
      const busiest = Math.max(
        ...charged.map((from) =>
          charged
            .filter(({ timeMs }) => timeMs >= from.timeMs && timeMs < from.timeMs + windowMs)
            .reduce((sum, { units }) => sum + units, 0),
        ),
      );
      expect(busiest).toBeLessThanOrEqual(SCAN_UNITS_PER_MINUTE);
    } finally {
      await own.close();
    }
  });
});
