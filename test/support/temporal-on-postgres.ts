import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client as PgClient } from 'pg';
import { isPortFree } from '../../src/embedded/free-port';
import { findTemporal } from '../../src/embedded/temporal-binary';
import { Closing } from '../../src/stack/closing';
import { ComposeHere } from './compose-here';
import { goModuleSource, goProgram, whyNoGo } from './go-programs';
import { startPostgres, whyNoPostgres } from './postgres';
import { until } from './until';

const run = promisify(execFile);
const MODULE = 'go.temporal.io/server';
const DEPLOY = join(__dirname, '..', '..', 'deploy');

export interface TemporalOnPostgres {
  address: string;
  /** The ledger's database, made by the compose file's own commands. */
  ledgerUrl: string;
  /** The compose file's other services, to be run beside these. */
  compose: ComposeHere;
  /** Where the secret files are. */
  secrets: string;
  /** A client of PostgreSQL itself. */
  admin(): Promise<PgClient>;
  stop(): Promise<void>;
}

/** Why there can be none here; undefined where there can. */
export function whyNoTemporalOnPostgres(): string | undefined {
  return whyNoPostgres() ?? whyNoGo();
}

/**
 * The compose file's servers without Docker: secrets, PostgreSQL, the schema, the Temporal server and the namespace,
 * at the versions and with the commands and settings that stand in it.
 */
export async function startTemporalOnPostgres(
  variables: Readonly<Record<string, string>> = {},
): Promise<TemporalOnPostgres> {
  const closing = new Closing();
  try {
    return await start(closing, variables);
  } catch (error) {
    await closing.close();
    throw error;
  }
}

async function start(
  closing: Closing,
  variables: Readonly<Record<string, string>>,
): Promise<TemporalOnPostgres> {
  const compose = new ComposeHere(variables);
  const version = compose.imageVersion('temporal');
  const [server, sqlTool, source, cli] = [
    await goProgram(MODULE, 'cmd/server', version),
    await goProgram(MODULE, 'cmd/tools/sql', version),
    await goModuleSource(MODULE, version),
    await findTemporal(),
  ];
  const folder = await mkdtemp(join(tmpdir(), 'temporal-on-postgres-'));
  await closing.add(() => rm(folder, { recursive: true, force: true }));
  await symlink(sqlTool, join(folder, 'temporal-sql-tool'));
  const secrets = join(folder, 'secrets');
  await run('sh', [join(DEPLOY, 'make-secrets.sh'), secrets]);
  const password = (name: string) => readFile(join(secrets, name), 'utf8');

  const postgres = await startPostgres();
  if ('unavailable' in postgres) throw new Error(postgres.unavailable);
  await closing.add(() => postgres.stop());
  const { port } = new URL(postgres.url);
  const admin = async () => {
    const client = new PgClient({ connectionString: postgres.url });
    await client.connect();
    return client;
  };
  await createOwner(await admin(), await password('postgres-password'));
  await until('PostgreSQL to want the password', () =>
    isRefused(`postgresql://temporal@127.0.0.1:${port}/postgres`),
  );

  const ports = await choosePorts();
  const address = `127.0.0.1:${ports.FRONTEND_GRPC_PORT}`;
  compose.replace('/run/secrets/', `${secrets}/`);
  compose.replace('--ep postgresql -p 5432', `--ep 127.0.0.1 -p ${port}`);
  compose.replace('@postgresql:5432/', `@127.0.0.1:${port}/`);
  compose.replace('/etc/vault-jobs/postgres', join(DEPLOY, 'postgres'));
  compose.replace('/etc/temporal/schema', join(source, 'schema'));
  compose.replace('/etc/temporal/entrypoint.sh', `${server} --allow-no-auth start`);
  compose.replace('/etc/vault-jobs/dynamicconfig.yaml', join(DEPLOY, 'temporal', 'dynamicconfig.yaml'));
  compose.replace('temporal:7233', address);
  const tools = { PATH: [folder, dirname(cli), process.env.PATH].join(delimiter) };

  const database = { PGHOST: '127.0.0.1', PGPORT: port };
  await compose.run('postgres-roles', { env: database });
  await compose.run('temporal-schema', { env: tools });
  await compose.run('ledger-schema');
  await compose.run('ledger-grants', { env: database });
  const frontend = await compose.start('temporal', {
    env: { ...ports, POSTGRES_SEEDS: '127.0.0.1', DB_PORT: port, BIND_ON_IP: '127.0.0.1' },
  });
  await closing.add(() => frontend.stop());
  await until(
    'the Temporal server to answer',
    async () => {
      if (frontend.ended) throw new Error(`The Temporal server ended:\n${frontend.lastLines}`);
      return isServing(cli, address);
    },
    120_000,
  );
  await compose.run('temporal-namespace', { env: tools });
  return {
    address,
    ledgerUrl: `postgresql://ledger_worker:${await password('ledger-worker-password')}@127.0.0.1:${port}/vault_jobs`,
    compose,
    secrets,
    admin,
    stop: () => closing.close(),
  };
}

/** The image makes this role from its environment and secret, and lets nobody in by the network without a password. */
export async function createOwner(client: PgClient, password: string): Promise<void> {
  await client.query(`create role temporal superuser login password ${client.escapeLiteral(password)}`);
  const { rows } = await client.query<{ hba_file: string }>('show hba_file');
  const file = client.escapeLiteral(rows[0]?.hba_file ?? '');
  const rules = ['host all vault 127.0.0.1/32 trust', 'host all all 127.0.0.1/32 scram-sha-256'];
  await client.query(`copy (values ${rules.map((rule) => `('${rule}')`).join(', ')}) to ${file}`);
  await client.query('select pg_reload_conf()');
  await client.end();
}

async function isRefused(url: string): Promise<boolean> {
  const client = new PgClient({ connectionString: url });
  try {
    await client.connect();
    return false;
  } catch {
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function choosePorts(): Promise<Record<string, string>> {
  const names = ['FRONTEND', 'MATCHING', 'HISTORY', 'WORKER'].flatMap((role) => [
    `${role}_GRPC_PORT`,
    `${role}_MEMBERSHIP_PORT`,
  ]);
  const ports: Record<string, string> = {};
  for (const name of [...names, 'FRONTEND_HTTP_PORT']) ports[name] = String(await freeLowPort());
  return ports;
}

/** The server keeps its ports in a `smallint`, and the ports that systems give away by themselves are higher. */
async function freeLowPort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 32_000);
    if (await isPortFree(port)) return port;
  }
}

async function isServing(cli: string, address: string): Promise<boolean> {
  return run(cli, ['operator', 'cluster', 'health', '--address', address]).then(
    () => true,
    () => false,
  );
}
