import { createExportReader } from '../../../activities/reading/export-reader';
import type { ExportReader, ExportReaderOptions } from '../../../activities/reading/export-reader';
import type { ExportReading } from '../../../activities/reading/matter-reader';
import { failureOf } from '../../../activities/failure-table';
import type { Freshness } from '../../../src/domain/watch';
import { startFakeVault } from '../../../src/fake-vault';
import type { FakeVault } from '../../../src/fake-vault';
import { LedgerError } from '../../../src/ledger/ledger-error';
import type { Ledger } from '../../../src/ledger/ledger';
import { openLedger } from '../../../src/ledger/open-ledger';
import { createCredential, createVaultClient } from '../../../src/vault';
import type { VaultClient } from '../../../src/vault';

let fake: FakeVault;
let vault: VaultClient;
let ledger: Ledger;

beforeAll(async () => {
  fake = await startFakeVault();
  const key = fake.serviceAccountKey;
  const credential = await createCredential({
    source: { type: 'service-account-key', key },
    subject: fake.subject,
  });
  vault = createVaultClient({ rootUrl: fake.rootUrl }, credential);
});
afterAll(() => fake.close());

beforeEach(async () => {
  ledger = await openLedger(':memory:', { namespace: 'default' });
  fake.reset();
  fake.patchSettings({ listOrder: 'oldest-first' });
});
afterEach(() => ledger.close());

/** A matter with so many running exports, after so many that ended long ago. */
function matterWith(running: number, older = 0) {
  const { matterId } = fake.seedMatter(older > 0 ? { exports: { count: older } } : {});
  const ids = fake.seedExports(matterId, { count: running, status: 'IN_PROGRESS', ageMs: 0 });
  return { matterId, ids };
}

function readerOf(change: Partial<ExportReaderOptions> = {}): ExportReader {
  return createExportReader({ vaultFor: () => vault, ledger, worker: 'one', ...change });
}

const NOW: Freshness = { type: 'NOW' };
const since = (sinceMs: number): Freshness => ({ type: 'SINCE', sinceMs });

/** Looks that are due at the same tick. */
function look(reader: ExportReader, matterId: string, exportIds: readonly string[], freshness = NOW) {
  return Promise.all(
    exportIds.map((exportId) =>
      reader.read({ tenant: 'default', matterId, exportId, freshness, timeoutMs: 2000 }),
    ),
  );
}

function statuses(readings: readonly ExportReading[]) {
  return readings.map(({ export: read }) => (read === 'NOT_FOUND' ? read : read.status));
}

const lists = () => fake.log({ method: 'vault.matters.exports.list' });
const gets = () => fake.log({ method: 'vault.matters.exports.get' });
const unitsSpent = () => lists().length * 5 + gets().length;
const running = (count: number) => Array.from({ length: count }, () => 'IN_PROGRESS');

it('answers twenty looks that fall together with one list', async () => {
  const { matterId, ids } = matterWith(20);
  expect(statuses(await look(readerOf(), matterId, ids))).toEqual(running(20));
  expect([lists().length, gets().length]).toEqual([1, 0]);
});

it('reads four exports one by one, because a list costs five', async () => {
  const { matterId, ids } = matterWith(20);
  expect(statuses(await look(readerOf(), matterId, ids.slice(0, 4)))).toEqual(running(4));
  expect([lists().length, gets().length]).toEqual([0, 4]);
});

it('answers looks at two matters apart', async () => {
  const [one, two] = [matterWith(5), matterWith(5)];
  const reader = readerOf();
  await Promise.all([look(reader, one.matterId, one.ids), look(reader, two.matterId, two.ids)]);
  expect(lists().map((entry) => entry.matterId)).toEqual(
    expect.arrayContaining([one.matterId, two.matterId]),
  );
  expect([lists().length, gets().length]).toEqual([2, 0]);
});

it('gives each reading the time at which the server was asked', async () => {
  const { matterId, ids } = matterWith(5);
  const before = Date.now();
  for (const { export: read } of await look(readerOf(), matterId, ids)) {
    if (read === 'NOT_FOUND') throw new Error('not found');
    expect(Date.parse(read.readAt)).toBeGreaterThanOrEqual(before);
  }
});

it('reads by itself what a list does not show yet, and believes only that', async () => {
  const { matterId, ids } = matterWith(6);
  fake.scriptExport(ids[0] ?? '', { listedAfterMs: 3_600_000 });
  fake.scriptExport(ids[1] ?? '', { vanishAfterMs: 0 });
  const [late, gone, ...rest] = await look(readerOf(), matterId, ids);
  expect(statuses([late, gone].filter((read) => read !== undefined))).toEqual(['IN_PROGRESS', 'NOT_FOUND']);
  expect(statuses(rest)).toEqual(running(4));
  expect(gets().map((entry) => entry.exportId)).toEqual(expect.arrayContaining(ids.slice(0, 2)));
  expect(gets()).toHaveLength(2);
});

it('a list that fails fails each look as if it had read alone', async () => {
  const { matterId, ids } = matterWith(5);
  fake.fault({
    method: 'vault.matters.exports.list',
    answer: { kind: 'error', status: 'UNAVAILABLE', retryDelayMs: 7000 },
  });
  const reader = readerOf();
  const ends = await Promise.allSettled(
    ids.map((exportId) =>
      reader.read({ tenant: 'default', matterId, exportId, freshness: NOW, timeoutMs: 2000 }),
    ),
  );
  for (const end of ends) {
    if (end.status === 'fulfilled') throw new Error('was answered');
    expect(failureOf(end.reason)).toMatchObject({ type: 'TRANSIENT', retryAfterMs: 7000 });
  }
  expect(gets()).toEqual([]);
});

it('a list that fails is left alone for a while: it may be the list that ails', async () => {
  const { matterId, ids } = matterWith(5);
  fake.fault({
    method: 'vault.matters.exports.list',
    times: 'always',
    answer: { kind: 'error', status: 'UNAVAILABLE' },
  });
  const reader = readerOf();
  await Promise.allSettled([look(reader, matterId, ids)]);
  expect(statuses(await look(reader, matterId, ids))).toEqual(running(5));
});

it('what is refused for the list is asked of each export', async () => {
  const { matterId, ids } = matterWith(5);
  fake.fault({
    method: 'vault.matters.exports.list',
    answer: { kind: 'error', status: 'NOT_FOUND' },
  });
  expect(statuses(await look(readerOf(), matterId, ids))).toEqual(running(5));
  expect(gets()).toHaveLength(5);
});

it('one failed read among several fails one look', async () => {
  const { matterId, ids } = matterWith(3);
  fake.fault({
    method: 'vault.matters.exports.get',
    match: { exportId: ids[1] ?? '' },
    answer: { kind: 'error', status: 'UNAVAILABLE' },
  });
  const reader = readerOf();
  const ends = await Promise.allSettled(
    ids.map((exportId) =>
      reader.read({ tenant: 'default', matterId, exportId, freshness: NOW, timeoutMs: 2000 }),
    ),
  );
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

it('tells of children only where the whole list was read', async () => {
  const { matterId, ids } = matterWith(5);
  const small = await look(readerOf(), matterId, ids);
  expect(small.map(({ children }) => children)).toEqual(ids.map(() => []));
  const big = matterWith(20, 200);
  const reader = readerOf();
  await look(reader, big.matterId, big.ids);
  const later = await look(reader, big.matterId, big.ids);
  expect(later.every(({ children }) => children === undefined)).toBe(true);
});

describe('in a matter with many older exports', () => {
  it('leaves them out after the first walk, wherever the list begins', async () => {
    for (const listOrder of ['oldest-first', 'newest-first'] as const) {
      fake.reset();
      fake.patchSettings({ listOrder });
      const { matterId, ids } = matterWith(20, 330);
      const reader = readerOf();
      await look(reader, matterId, ids);
      fake.clearLog();
      expect(statuses(await look(reader, matterId, ids))).toEqual(running(20));
      expect(unitsSpent()).toBe(5);
    }
  });

  it('finds those that are made meanwhile, and reads a straggler alone', async () => {
    const { matterId, ids } = matterWith(20, 300);
    const reader = readerOf();
    await look(reader, matterId, ids);
    const more = fake.seedExports(matterId, { count: 10, status: 'IN_PROGRESS', ageMs: 0 });
    const [, ...old] = fake.state().exports.filter((found) => found.matterId === matterId);
    fake.clearLog();
    const wanted = [...ids, ...more, old[0]?.id ?? ''];
    const seen = statuses(await look(reader, matterId, wanted));
    expect(seen).toEqual([...running(30), 'COMPLETED']);
    expect(unitsSpent()).toBe(6);
  });

  it('begins anew where the server no longer takes its page token', async () => {
    const { matterId, ids } = matterWith(20, 300);
    const reader = readerOf();
    await look(reader, matterId, ids);
    fake.fault({
      method: 'vault.matters.exports.list',
      answer: { kind: 'error', status: 'INVALID_ARGUMENT' },
    });
    expect(statuses(await look(reader, matterId, ids))).toEqual(running(20));
    expect(gets()).toEqual([]);
  });

  it('never spends more than single reads would, but for the walk that finds out', async () => {
    const { matterId, ids } = matterWith(20, 300);
    const reader = readerOf();
    await look(reader, matterId, ids);
    for (let count = 1; count <= 20; count += 1) {
      fake.clearLog();
      fake.resetQuotas();
      await look(reader, matterId, ids.slice(0, count));
      expect(unitsSpent()).toBeLessThanOrEqual(count);
    }
  });
});

describe('a reading made after a look was due', () => {
  it('answers it without another call, once', async () => {
    const { matterId, ids } = matterWith(6);
    const reader = readerOf();
    const dueAtMs = Date.now();
    const [first] = await look(reader, matterId, ids, since(dueAtMs));
    fake.clearLog();
    const [again] = await look(reader, matterId, ids.slice(0, 1), since(dueAtMs));
    expect(again).toEqual(first);
    expect(unitsSpent()).toBe(0);
    const readAtMs = first && first.export !== 'NOT_FOUND' ? Date.parse(first.export.readAt) : 0;
    await look(reader, matterId, ids.slice(0, 1), since(readAtMs + 1));
    expect(gets()).toHaveLength(1);
  });

  it('does not answer one that wants a read made now, or one of its own', async () => {
    const { matterId, ids } = matterWith(6);
    const reader = readerOf();
    await look(reader, matterId, ids);
    fake.clearLog();
    await look(reader, matterId, ids.slice(0, 1), NOW);
    await look(reader, matterId, ids, { type: 'ALONE' });
    expect([lists().length, gets().length]).toEqual([0, 7]);
  });
});

describe('two workers on one ledger', () => {
  const halves = (ids: readonly string[]) => [ids.slice(0, 10), ids.slice(10)] as const;

  it('read the list of a matter once a tick, whoever is asked first', async () => {
    const { matterId, ids } = matterWith(20);
    const [mine, yours] = halves(ids);
    const one = readerOf({ worker: 'one' });
    const two = readerOf({ worker: 'two' });
    // Until somebody has read, nobody knows who reads.
    await look(one, matterId, mine, since(Date.now()));
    for (const [first, second] of [
      [one, two],
      [two, one],
    ] as const) {
      fake.clearLog();
      const tick = since(Date.now());
      const seen = await Promise.all([
        look(first, matterId, mine, tick),
        look(second, matterId, yours, tick),
      ]);
      expect(statuses(seen.flat())).toEqual(running(20));
      expect([lists().length, gets().length]).toEqual([1, 0]);
    }
  });

  it('tell each other of an end that the list showed', async () => {
    const { matterId, ids } = matterWith(20);
    const [mine, yours] = halves(ids);
    const [one, two] = [readerOf({ worker: 'one' }), readerOf({ worker: 'two' })];
    await look(one, matterId, mine);
    const tick = since(Date.now());
    fake.scriptExport(yours[0] ?? '', { end: 'complete', afterMs: 0 });
    await look(one, matterId, mine, tick);
    fake.clearLog();
    const [ended] = await look(two, matterId, yours, tick);
    expect(ended).toMatchObject({ export: { status: 'COMPLETED' }, children: [] });
    expect(unitsSpent()).toBe(0);
  });

  it('read for themselves when the one that read before is gone', async () => {
    const { matterId, ids } = matterWith(20);
    const [mine, yours] = halves(ids);
    await look(readerOf({ worker: 'one' }), matterId, mine);
    fake.clearLog();
    const two = readerOf({ worker: 'two' });
    expect(statuses(await look(two, matterId, yours, since(Date.now() + 500)))).toEqual(running(10));
    expect(lists()).toHaveLength(1);
  });

  it('read for themselves when the ledger is in trouble', async () => {
    const broken = () => Promise.reject(new LedgerError('UNREACHABLE', 'the database is gone'));
    const { matterId, ids } = matterWith(6);
    const reader = readerOf({ ledger: { readings: broken, shareReadings: broken } });
    expect(statuses(await look(reader, matterId, ids, since(Date.now())))).toEqual(running(6));
    expect(lists()).toHaveLength(1);
  });

  it('take nothing that is dated in the future, as from a worker whose clock is wrong', async () => {
    const { matterId, ids } = matterWith(6);
    const [first] = await look(readerOf({ worker: 'one' }), matterId, ids);
    if (first === undefined || first.export === 'NOT_FOUND') throw new Error('no reading');
    const readAt = new Date(Date.now() + 600_000).toISOString();
    const reading = { export: { ...first.export, status: 'COMPLETED' as const, readAt } };
    await ledger.shareReadings('default', matterId, [
      { exportId: first.exportId, worker: 'wrong', readAt, reading },
    ]);
    const seen = await look(readerOf({ worker: 'two' }), matterId, [first.exportId], since(Date.now()));
    expect(statuses(seen)).toEqual(['IN_PROGRESS']);
  });
});
