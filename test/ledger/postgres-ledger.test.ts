import { Client } from 'pg';
import { inspectLedger } from '../../src/ledger/inspect-ledger';
import type { Ledger } from '../../src/ledger/ledger';
import { openLedger } from '../../src/ledger/open-ledger';
import type { TestPostgres } from '../support/postgres';
import { startPostgres, whyNoPostgres } from '../support/postgres';
import { until } from '../support/until';
import { event, journal } from './journals';
import { describeLedger } from './ledger-rules';
import { startWriters } from './writer-processes';

const missing = whyNoPostgres();
if (missing !== undefined) process.stderr.write(`PostgreSQL tests are skipped: ${missing}\n`);

(missing === undefined ? describe : describe.skip)('with a real server', () => {
  let postgres: TestPostgres;
  const ledgers: Ledger[] = [];

  const open = async (url = postgres.url) => {
    const ledger = await openLedger(url, { namespace: 'shared' });
    ledgers.push(ledger);
    return ledger;
  };

  beforeAll(async () => {
    const started = await startPostgres();
    if ('unavailable' in started) throw new Error(started.unavailable);
    postgres = started;
  });

  afterEach(() => Promise.all(ledgers.splice(0).map((ledger) => ledger.close())));

  afterAll(() => postgres.stop());

  describeLedger('PostgreSQL', () => postgres.url);

  test('processes that create and fill the tables at once leave each entry once', async () => {
    const url = await postgres.createDatabase('processes');
    await startWriters(url, 3);
    const ledger = await open(url);
    const ids = (await ledger.events('job')).map(({ id }) => id);
    expect(ids).toEqual(Array.from({ length: 30 }, (_, index) => `e-${index}`));
  });

  test('handles that migrate an empty database at once all succeed', async () => {
    const url = await postgres.createDatabase('empty');
    const opened = await Promise.all([1, 2, 3, 4].map(() => open(url)));
    await Promise.all(opened.map((ledger) => ledger.write(journal('job', [event('e', 1)]))));
    expect(await opened[0]?.events('job')).toHaveLength(1);
  });

  test('an outage is told as one, and the same handle works again after it', async () => {
    const ledger = await open();
    await ledger.write(journal('outage', [event('before', 1)]));
    await postgres.kill();
    const during = ledger.write(journal('outage', [event('during', 2)]));
    await expect(during).rejects.toMatchObject({ name: 'LedgerError', code: 'UNREACHABLE' });
    await postgres.restart();
    await ledger.write(journal('outage', [event('after', 3)]));
    expect((await ledger.events('outage')).map(({ id }) => id)).toEqual(['before', 'after']);
  });

  describe('a write that is tried', () => {
    const inserts = async (rights: string) => {
      const url = new URL(await postgres.createDatabase(`tried_${(databases += 1)}`));
      await (await open(url.href)).close();
      ledgers.pop();
      const owner = new Client({ connectionString: url.href });
      await owner.connect();
      const role = `inserter_${databases}`;
      await owner.query(`create role ${role} login; grant usage on schema public to ${role}`);
      await owner.query(`grant ${rights} on all tables in schema public to ${role}`);
      url.username = role;
      return { url: url.href, owner };
    };
    let databases = 0;

    test('needs no right but to insert, and leaves nothing', async () => {
      const { url, owner } = await inserts('select, insert');
      await (await open(url)).tryWrite();
      expect(await inspectLedger(url)).toMatchObject({ type: 'READY' });
      expect((await owner.query('select * from readings')).rows).toEqual([]);
      await owner.end();
    });

    test('fails for a role that may only read, and says why', async () => {
      const { url, owner } = await inserts('select');
      const ledger = await open(url);
      await expect(ledger.tryWrite()).rejects.toThrow('trying a write: permission denied for table readings');
      expect(await inspectLedger(url)).toMatchObject({ type: 'UNWRITABLE' });
      await owner.end();
    });
  });

  test('a transaction whose connection breaks is told by what broke it', async () => {
    const ledger = await open(await postgres.createDatabase('broken'));
    const url = new URL(postgres.url);
    url.pathname = '/broken';
    const other = new Client({ connectionString: url.href });
    await other.connect();
    await ledger.write(journal('job'));
    await other.query('begin; lock table events in access exclusive mode');
    const during = ledger.write(journal('job', [event('e', 1)]));
    const found = until('the write to wait', async () => {
      const waiting = await other.query(
        "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = 'broken'",
      );
      return waiting.rows.length > 0;
    });
    await Promise.race([found, during]);
    await other.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' and datname = 'broken'",
    );
    await expect(during).rejects.toThrow('terminating connection due to administrator command');
    await other.end();
  });

  test('opening while the server is away is an outage too, and tells no password', async () => {
    const url = new URL(await postgres.createDatabase('away'));
    url.password = 'hunter2';
    await postgres.kill();
    const error: unknown = await open(url.href).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ name: 'LedgerError', code: 'UNREACHABLE' });
    expect(String(error)).not.toContain('hunter2');
    await postgres.restart();
  });
});
