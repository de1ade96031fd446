import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client as PgClient } from 'pg';
import { isPortFree } from '../../src/embedded/free-port';
import { ServerProcess } from '../../src/embedded/server-process';
import { findTemporal } from '../../src/embedded/temporal-binary';
import { Closing } from '../../src/stack/closing';
import { interpolated, readComposeFile } from './compose-file';
import type { ComposeService } from './compose-file';
import { goModuleSource, goProgram, whyNoGo } from './go-programs';
import { startPostgres, whyNoPostgres } from './postgres';
import { until } from './until';

const run = promisify(execFile);
const MODULE = 'go.temporal.io/server';
const DYNAMIC_CONFIG = join(__dirname, '..', '..', 'deploy', 'temporal', 'dynamicconfig.yaml');

export interface TemporalOnPostgres {
  address: string;
  /** The ledger's database, made by the compose file's own commands. */
  ledgerUrl: string;
  stop(): Promise<void>;
}

/** Why there can be none here; undefined where there can. */
export function whyNoTemporalOnPostgres(): string | undefined {
  return whyNoPostgres() ?? whyNoGo();
}

/**
 * The compose file's servers without Docker: PostgreSQL, the schema, the Temporal server and the namespace, at
 * the versions and with the commands and settings that stand in it; only hosts, ports and paths are this machine's.
 */
export async function startTemporalOnPostgres(): Promise<TemporalOnPostgres> {
  const closing = new Closing();
  try {
    return await start(closing);
  } catch (error) {
    await closing.close();
    throw error;
  }
}

async function start(closing: Closing): Promise<TemporalOnPostgres> {
  const { services } = readComposeFile();
  const version = /:(.+)$/.exec(services.temporal?.image ?? '')?.[1] ?? '';
  const [server, sqlTool, source, cli] = [
    await goProgram(MODULE, 'cmd/server', version),
    await goProgram(MODULE, 'cmd/tools/sql', version),
    await goModuleSource(MODULE, version),
    await findTemporal(),
  ];
  const folder = await mkdtemp(join(tmpdir(), 'temporal-on-postgres-'));
  await closing.add(() => rm(folder, { recursive: true, force: true }));
  await symlink(sqlTool, join(folder, 'temporal-sql-tool'));
  const postgres = await startPostgres();
  if ('unavailable' in postgres) throw new Error(postgres.unavailable);
  await closing.add(() => postgres.stop());
  const { port } = new URL(postgres.url);
  await createOwner(postgres.url);

  const values = { POSTGRES_PASSWORD: 'unused', POSTGRES_PORT: port };
  const ports = await choosePorts();
  const address = `127.0.0.1:${ports.FRONTEND_GRPC_PORT}`;
  const hereInstead = (text: string) =>
    interpolated(text, values)
      .replaceAll('--ep postgresql -p 5432', `--ep 127.0.0.1 -p ${port}`)
      .replaceAll('/etc/temporal/schema', join(source, 'schema'))
      .replaceAll(/temporal:7233/g, address);
  const tools = { PATH: [folder, dirname(cli), process.env.PATH].join(delimiter) };

  await runService(services['temporal-schema'], hereInstead, tools);
  const frontend = await ServerProcess.start(server, ['--allow-no-auth', 'start'], undefined, {
    ...environmentOf(services.temporal, hereInstead),
    ...ports,
    POSTGRES_SEEDS: '127.0.0.1',
    DB_PORT: port,
    BIND_ON_IP: '127.0.0.1',
    DYNAMIC_CONFIG_FILE_PATH: DYNAMIC_CONFIG,
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
  await runService(services['temporal-namespace'], hereInstead, tools);
  return {
    address,
    ledgerUrl: `postgresql://temporal@127.0.0.1:${port}/vault_jobs`,
    stop: () => closing.close(),
  };
}

/** The image makes this role from its environment. */
async function createOwner(url: string): Promise<void> {
  const client = new PgClient({ connectionString: url });
  await client.connect();
  await client.query('create role temporal superuser login');
  await client.end();
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

async function runService(
  service: ComposeService | undefined,
  hereInstead: (text: string) => string,
  tools: NodeJS.ProcessEnv,
): Promise<void> {
  const [shell = '', ...flags] = service?.entrypoint ?? [];
  const env = { ...process.env, ...environmentOf(service, hereInstead), ...tools };
  await run(shell, [...flags, ...(service?.command ?? []).map(hereInstead)], { env });
}

function environmentOf(
  service: ComposeService | undefined,
  hereInstead: (text: string) => string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(service?.environment ?? {}).map(([name, value]) => [name, hereInstead(String(value))]),
  );
}
