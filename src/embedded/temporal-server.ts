import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { findFreePort, isPortFree } from './free-port';
import type { DynamicConfig, SearchAttributeSpec, ServerPorts } from './server-arguments';
import { serverArguments } from './server-arguments';
import { ServerProcess } from './server-process';
import { isReady } from './server-readiness';
import { findTemporal } from './temporal-binary';
import { TemporalServerError } from './temporal-server-error';

export interface TemporalServerOptions {
  /** Keeps everything in this file; without it, all is gone with the process. */
  dbFilename?: string;
  /** Serves Temporal's Web UI too. */
  ui?: boolean;
  port?: number;
  uiPort?: number;
  /** Where the UI has payloads decrypted. */
  uiCodecEndpoint?: string;
  namespace?: string;
  searchAttributes: readonly SearchAttributeSpec[];
  dynamicConfig?: DynamicConfig;
  /** Every line the server writes. */
  log?: (line: string) => void;
  /** The `temporal` executable; found or fetched when absent. */
  executable?: string;
}

export interface TemporalServer {
  readonly address: string;
  readonly port: number;
  readonly namespace: string;
  readonly uiUrl?: string;
  readonly httpUrl: string;
  readonly pid: number;
  /** Resolves when the process has ended, with its exit code or signal. */
  readonly exited: Promise<string>;
  stop(): Promise<void>;
  /** SIGKILL: what a crash looks like. */
  kill(): Promise<void>;
}

/** A port found free may be taken before the server binds it. */
const MAX_STARTS = 4;

/** Starts Temporal's dev server and returns when its namespace answers. Same port and file = the same server, restarted. */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  await checkPorts(options);
  const executable = options.executable ?? (await findTemporal());
  if (options.dbFilename !== undefined)
    await mkdir(dirname(options.dbFilename), { recursive: true, mode: 0o700 });
  for (let starts = 1; ; starts += 1) {
    try {
      return await startOnce(executable, options);
    } catch (error) {
      const portRace = error instanceof TemporalServerError && error.portTaken;
      if (!portRace || starts === MAX_STARTS) throw error;
    }
  }
}

async function startOnce(executable: string, options: TemporalServerOptions): Promise<TemporalServer> {
  const namespace = options.namespace ?? 'default';
  const ports = await choosePorts(options);
  const server = await ServerProcess.start(
    executable,
    serverArguments(ports, { ...options, namespace }),
    options.log,
  );
  const address = `127.0.0.1:${ports.port}`;
  if (!(await isReady(server, address, namespace, options.searchAttributes))) {
    const end = server.ended ? await server.exited : 'it never became ready';
    await server.kill();
    throw new TemporalServerError(end, server.lastLines);
  }
  return {
    address,
    port: ports.port,
    namespace,
    ...(ports.uiPort !== undefined && { uiUrl: `http://127.0.0.1:${ports.uiPort}` }),
    httpUrl: `http://127.0.0.1:${ports.httpPort}`,
    pid: server.pid,
    exited: server.exited,
    stop: () => server.stop(),
    kill: () => server.kill(),
  };
}

async function choosePorts(options: TemporalServerOptions): Promise<ServerPorts> {
  return {
    port: options.port ?? (await findFreePort()),
    httpPort: await findFreePort(),
    ...(options.ui && { uiPort: options.uiPort ?? (await findFreePort()) }),
  };
}

/** Without this, whoever listens there already would answer the readiness check in our server's place. */
async function checkPorts({ port, ui, uiPort }: TemporalServerOptions): Promise<void> {
  for (const wanted of [port, ui ? uiPort : undefined]) {
    if (wanted !== undefined && !(await isPortFree(wanted))) {
      throw new TemporalServerError(`port ${wanted} is already in use`, '');
    }
  }
}
