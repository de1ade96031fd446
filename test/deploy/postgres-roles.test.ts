import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { openLedger } from '../../src/ledger/open-ledger';
import { Closing } from '../../src/stack/closing';
import { event, journal } from '../ledger/journals';
import { ComposeHere } from '../support/compose-here';
import { startPostgres, whyNoPostgres } from '../support/postgres';
import { createOwner } from '../support/temporal-on-postgres';
import { until } from '../support/until';

const missing = whyNoPostgres();
if (missing !== undefined) process.stderr.write(`Roles are not tested: ${missing}\n`);
const DEPLOY = join(__dirname, '..', '..', 'deploy');

/** The compose file's one-shots for PostgreSQL, on a real server. */
(missing === undefined ? describe : describe.skip)('the roles of the compose file', () => {
  const closing = new Closing();
  const compose = new ComposeHere({});
  let port: string;
  let secrets: string;
  let env: Record<string, string>;

  const urlOf = async (role: string, secret: string, database: string) => {
    const password = await readFile(join(secrets, secret), 'utf8');
    return `postgresql://${role}:${password}@127.0.0.1:${port}/${database}`;
  };
  const ask = async (url: string, sql: string) => {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return await client.query<Record<string, unknown>>(sql);
    } finally {
      await client.end();
    }
  };
  const workerUrl = () => urlOf('ledger_worker', 'ledger-worker-password', 'vault_jobs');
  const ownerUrl = () => urlOf('ledger_owner', 'ledger-owner-password', 'vault_jobs');
  const superUrl = (database: string) => urlOf('temporal', 'postgres-password', database);
  const migrate = async () => {
    await (await openLedger(await ownerUrl(), { namespace: 'default' })).close();
    await compose.run('ledger-grants', { env });
  };

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vault-jobs-roles-'));
    await closing.add(() => rm(folder, { recursive: true, force: true }));
    secrets = join(folder, 'secrets');
    await promisify(execFile)('sh', [join(DEPLOY, 'make-secrets.sh'), secrets]);
    const postgres = await startPostgres();
    if ('unavailable' in postgres) throw new Error(postgres.unavailable);
    await closing.add(() => postgres.stop());
    ({ port } = new URL(postgres.url));
    env = { PGHOST: '127.0.0.1', PGPORT: port };
    const admin = new Client({ connectionString: postgres.url });
    await admin.connect();
    await createOwner(admin, await readFile(join(secrets, 'postgres-password'), 'utf8'));
    compose.replace('/run/secrets/', `${secrets}/`);
    compose.replace('/etc/vault-jobs/postgres', join(DEPLOY, 'postgres'));
    // As an earlier release left it: all of it the superuser's, with a job in the ledger.
    await until('the superuser to get in', () => ask(postgres.url, 'create database vault_jobs'));
    const before = await openLedger(await superUrl('vault_jobs'), { namespace: 'default' });
    await before.write(journal('job', [event('e', 1)]));
    await before.close();
    await compose.run('postgres-roles', { env });
    await migrate();
  });
  afterAll(() => closing.close());

  it('take over what the superuser owned, and can be made again', async () => {
    await compose.run('postgres-roles', { env });
    const { rows } = await ask(
      await superUrl('vault_jobs'),
      `select distinct tableowner from pg_tables where schemaname = 'public'`,
    );
    expect(rows).toEqual([{ tableowner: 'ledger_owner' }]);
  });

  it('a worker reads and writes the ledger, and migrates nothing', async () => {
    const ledger = await openLedger(await workerUrl(), { namespace: 'default' });
    await ledger.write(journal('job', [event('e', 2)]));
    expect(await ledger.events('job')).not.toEqual([]);
    await ledger.close();
  });

  it.each([
    'update events set detail = detail',
    'delete from events',
    'delete from jobs',
    'delete from runs',
    'truncate events',
    'drop table events',
    'alter table events disable trigger all',
    'create table mine ()',
    `insert into ledger_migration (name, timestamp) values ('x', 'x')`,
  ])('a worker may not %s', async (sql) => {
    await expect(ask(await workerUrl(), sql)).rejects.toThrow(/permission denied|must be owner/);
  });

  it.each([
    ['a worker', 'ledger_worker', 'ledger-worker-password', 'temporal'],
    ['a worker', 'ledger_worker', 'ledger-worker-password', 'temporal_visibility'],
    ['the demo', 'ledger_demo', 'ledger-demo-password', 'vault_jobs'],
    ['Temporal', 'temporal_server', 'temporal-db-password', 'vault_jobs'],
    ['Temporal', 'temporal_server', 'temporal-db-password', 'postgres'],
    ['the ledger’s owner', 'ledger_owner', 'ledger-owner-password', 'temporal'],
  ])('%s (%s, %s) does not get into %s', async (_who, role, secret, database) => {
    await expect(ask(await urlOf(role, secret, database), 'select 1')).rejects.toThrow(/permission denied/);
  });

  it('Temporal has its databases to itself, and may add the extension that it needs', async () => {
    const url = await urlOf('temporal_server', 'temporal-db-password', 'temporal_visibility');
    await ask(url, 'create extension if not exists btree_gin; create table executions_visibility (id int)');
    const superuser = 'select 1 from pg_roles where rolsuper and rolname <> current_user';
    expect((await ask(await superUrl('postgres'), superuser)).rows).toHaveLength(1);
  });
});
