import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Journal } from '../../src/domain/journal';
import { ledgersAsOne } from '../../src/ledger/ledgers-as-one';
import { openTenantLedgers } from '../../src/ledger/tenant-ledgers';

const OPTIONS = { namespace: 'default' };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vault-jobs-ledgers-'));
});

afterEach(() => rm(folder, { recursive: true }));

function open() {
  const own = join(folder, 'own.db');
  const tenants = [{ name: 'a' }, { name: 'b', ledger: own }, { name: 'c', ledger: own }];
  return openTenantLedgers(join(folder, 'shared.db'), tenants, OPTIONS);
}

function started(jobId: string, tenant: string, startedAt = '2026-01-01T00:00:00.000Z'): Journal {
  return {
    job: { jobId, runId: 'r', kind: 'export', tenant, startedAt },
    remote: {},
    entries: [{ id: `${jobId}:0`, at: startedAt, type: 'STARTED', detail: { state: 'RUNNING' } }],
  };
}

it('a tenant has its own ledger or the shared one, and each place is opened once', async () => {
  const ledgers = await open();
  expect(ledgers.all).toHaveLength(2);
  expect(ledgers.of('b')).toBe(ledgers.of('c'));
  expect(ledgers.of('b')).not.toBe(ledgers.of('a'));
  expect(ledgers.of('nobody')).toBe(ledgers.of('a'));
  await ledgers.close();
});

it('one ledger for all stays one', async () => {
  const ledgers = await openTenantLedgers(join(folder, 'shared.db'), [{ name: 'a' }], OPTIONS);
  expect(ledgersAsOne(ledgers)).toBe(ledgers.of('a'));
  await ledgers.close();
});

it('several as one write where the tenant has it, and find a job wherever it is', async () => {
  const ledgers = await open();
  const all = ledgersAsOne(ledgers);
  await all.write(started('of-a', 'a', '2026-01-01T00:00:00.000Z'));
  await all.write(started('of-b', 'b', '2026-01-02T00:00:00.000Z'));
  await all.recordWatch('of-b', { watchId: 'w', polls: 3, lastReadAt: '2026-01-02T00:00:00.000Z' });
  expect(await ledgers.of('a').job('of-b')).toBeUndefined();
  expect(await ledgers.of('b').job('of-b')).toMatchObject({ tenant: 'b', polls: 3 });
  expect(await all.job('of-b')).toMatchObject({ tenant: 'b' });
  expect(await all.events('of-b')).toHaveLength(1);
  expect((await all.jobs({})).map(({ jobId }) => jobId)).toEqual(['of-b', 'of-a']);
  expect((await all.jobs({ limit: 1 })).map(({ jobId }) => jobId)).toEqual(['of-b']);
  expect(await all.job('nobody')).toBeUndefined();
  await all.close();
});

it('one that cannot be opened leaves none open', async () => {
  const tenants = [{ name: 'a', ledger: 'postgres://127.0.0.1:1/x' }];
  await expect(openTenantLedgers(join(folder, 'shared.db'), tenants, OPTIONS)).rejects.toMatchObject({
    code: 'UNREACHABLE',
  });
});
