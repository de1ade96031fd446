import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { inspectLedger } from '../../src/ledger/inspect-ledger';
import type { Ledger } from '../../src/ledger/ledger';
import { readLedgerUrl } from '../../src/ledger/ledger-url';
import { connect, openLedger } from '../../src/ledger/open-ledger';
import { SqlLedger } from '../../src/ledger/sql-ledger';
import { smallDisk } from '../support/full-disk';
import { event, journal } from './journals';

const FULL = 'database or disk is full';
const large = (job: string) => {
  const entry = event('e', 1);
  return journal(job, [{ ...entry, detail: { ...entry.detail, note: 'x'.repeat(100_000) } }]);
};

async function messageOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'a success',
    (error: unknown) => String(error),
  );
}

describe('a database that may not grow', () => {
  const folder = mkdtempSync(join(tmpdir(), 'no-room-'));
  const file = join(folder, 'ledger.db');
  afterAll(() => rmSync(folder, { recursive: true }));

  test('is told as one that is full, whatever wanted to write', async () => {
    await (await openLedger(file, { namespace: 'n' })).close();
    const db = connect(readLedgerUrl(file));
    const ledger = new SqlLedger(db, { namespace: 'n', hasManyWriters: false });
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(db);
    await sql`pragma max_page_count = ${sql.lit(rows[0]!.page_count)}`.execute(db);
    const writes: [string, () => Promise<unknown>][] = [
      ['writing a journal', () => ledger.write(large('a'))],
      ['appending entries', () => ledger.append(large('b'))],
      ['trying a write', () => ledger.tryWrite()],
    ];
    for (const [what, write] of writes)
      expect(await messageOf(write())).toBe(`LedgerError: UNREACHABLE: ${what}: ${FULL}`);
    // Nothing is left half begun: with room, the same handle writes again.
    await sql`pragma max_page_count = 1000000`.execute(db);
    await ledger.write(large('a'));
    await ledger.tryWrite();
    expect(await ledger.events('a')).toHaveLength(1);
    await ledger.close();
  });
});

const disk = smallDisk(4);
if (disk === undefined) process.stderr.write('Tests on a full disk are skipped: none may be mounted here\n');

(disk === undefined ? describe.skip : describe)('a disk that is really full', () => {
  const file = join(disk?.folder ?? '', 'ledger.db');
  let ledger: Ledger;

  beforeAll(async () => {
    ledger = await openLedger(file, { namespace: 'n' });
    await ledger.write(journal('before', [event('e', 1)]));
  });
  afterEach(() => disk?.makeRoom());
  afterAll(async () => {
    await ledger.close();
    disk?.remove();
  });

  test('is told as such by every write, and the ledger can be read meanwhile', async () => {
    disk?.fill();
    for (let job = 0; job < 3; job += 1)
      expect(await messageOf(ledger.write(large(`job-${job}`)))).toContain(FULL);
    expect(await messageOf(ledger.tryWrite())).toBe(`LedgerError: UNREACHABLE: trying a write: ${FULL}`);
    expect(await ledger.events('before')).toHaveLength(1);
    disk?.makeRoom();
    await ledger.tryWrite();
    await ledger.write(large('after'));
    expect(await ledger.events('after')).toHaveLength(1);
  });

  test('is seen by whoever inspects the ledger', async () => {
    expect(await inspectLedger(file)).toMatchObject({ type: 'READY' });
    disk?.fill();
    const state = await inspectLedger(file);
    expect(state).toMatchObject({ type: 'UNWRITABLE', error: { code: 'UNREACHABLE' } });
    expect(JSON.stringify(state)).not.toContain('rollback');
  });
});

test('a write that was tried leaves no row behind, and two that are tried at once do not meet', async () => {
  const url = `file:${join(mkdtempSync(join(tmpdir(), 'tried-')), 'ledger.db')}`;
  const ledgers = await Promise.all([1, 2, 3].map(() => openLedger(url, { namespace: 'n' })));
  await Promise.all(ledgers.flatMap((ledger) => [ledger.tryWrite(), ledger.tryWrite()]));
  await Promise.all(ledgers.map((ledger) => ledger.close()));
  const db = connect(readLedgerUrl(url));
  expect(await db.selectFrom('readings').selectAll().execute()).toEqual([]);
  await db.destroy();
});
