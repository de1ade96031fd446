import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { NO_READ_RATES } from '../config/read-rates';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes';
import { findFreePort, isPortFree } from '../embedded/free-port';
import { startTemporalServer } from '../embedded/temporal-server';
import type { FakeVault, SettingsPatch } from '../fake-vault';
import type { Closing } from './closing';
import { openDevFolder } from './dev-folder';
import { startDevEncryption } from './dev-encryption';
import type { DevEncryption } from './dev-encryption';
import type { DevFolder } from './dev-folder';
import { StackError } from './stack-error';
import { startVaultStandIn } from './vault-stand-in';
import { embeddedWorkerEnvironment, externalWorkerEnvironment } from './worker-environment';
import { WorkerProcess } from './worker-process';

export interface DevStackOptions {
  fresh: boolean;
  /** 0 for any free port; without it Temporal's usual one where that is free. */
  port?: number;
  uiPort?: number;
  ledgerUrl: string;
  /** Encrypts payloads, with a codec server for the UI. */
  encrypt: boolean;
  vault: SettingsPatch;
  /** A server that runs elsewhere, instead of one started here. */
  externalAddress?: string;
  /** What a person should know meanwhile: a worker that ended, and another in its place. */
  note: (line: string) => void;
}

export interface DevStack {
  /** Host and port of Temporal. */
  address: string;
  uiUrl?: string;
  /** Where Temporal's own HTTP API answers. */
  httpUrl?: string;
  vault: { rootUrl: string; keyFile: string; subject: string };
  matterId: string;
  workerPid: number;
  workerLog: string;
  encryption?: DevEncryption;
  /** Rejects when a part ended that cannot be started again. */
  broken: Promise<never>;
}

/** Where Temporal's own tools, and our CLI, look by default. */
const USUAL_PORT = 7233;
const USUAL_UI_PORT = 8233;

/** Starts everything for development. What was started is in `closing`, whether or not the rest came up. */
export async function startDevStack(options: DevStackOptions, closing: Closing): Promise<DevStack> {
  const { externalAddress, ledgerUrl } = options;
  const folder = await openDevFolder(process.env, options.fresh);
  await closing.add(() => Promise.resolve(folder.release()));
  const standIn = await startVaultStandIn(folder.path, options.vault);
  await closing.add(() => standIn.fake.close());
  const matterId = await seedMatters(standIn.fake, folder);

  const uiPort = await choosePort(options.uiPort, USUAL_UI_PORT);
  const encryption = options.encrypt ? await startDevEncryption(folder.path, uiPort, closing) : undefined;
  const withoutLimits = options.vault.limits === 'off';
  const places = {
    vault: standIn,
    ledgerUrl,
    encryptionKeys: encryption?.keys,
    ...(withoutLimits && { limits: 'off' as const }),
  };
  const server =
    externalAddress === undefined
      ? await startServer(options, folder, closing, { uiPort, codecUrl: encryption?.codecUrl })
      : undefined;
  const env = server
    ? await embeddedWorkerEnvironment(folder.path, server, places)
    : externalWorkerEnvironment(places);
  const log = createWriteStream(folder.workerLog, { mode: 0o600 });
  await closing.add(() => finished(log.end()));
  const rates = options.vault.limits === 'off' ? NO_READ_RATES : {};
  const startWorker = () => WorkerProcess.start({ ...env, ...rates }, (line) => log.write(`${line}\n`));
  const worker = await keepWorkerRunning(startWorker, options.note, closing);
  const { rootUrl, keyFile, subject } = standIn;
  return {
    address: server?.address ?? externalAddress ?? '',
    ...(server?.uiUrl !== undefined && { uiUrl: server.uiUrl }),
    ...(server && { httpUrl: server.httpUrl }),
    vault: { rootUrl, keyFile, subject },
    matterId,
    workerPid: worker.pid,
    workerLog: folder.workerLog,
    ...(encryption && { encryption }),
    broken: Promise.race([worker.broken, ...(server ? [serverEnd(server.exited)] : [])]),
  };
}

/** The matters of earlier starts come back empty: their jobs then find that their exports are gone, and end. */
async function seedMatters(fake: FakeVault, folder: DevFolder): Promise<string> {
  const earlier = await folder.readMatters();
  for (const matterId of earlier) fake.seedMatter({ matterId, name: 'Of an earlier start' });
  const { matterId } = fake.seedMatter({ name: 'Example v. Example' });
  await folder.writeMatters([...earlier, matterId]);
  return matterId;
}

async function startServer(
  options: DevStackOptions,
  folder: DevFolder,
  closing: Closing,
  ui: { uiPort: number; codecUrl: string | undefined },
) {
  const port = await choosePort(options.port, USUAL_PORT);
  const server = await startTemporalServer({
    ui: true,
    dbFilename: folder.temporalDb,
    searchAttributes: SEARCH_ATTRIBUTES,
    port,
    uiPort: ui.uiPort,
    ...(ui.codecUrl !== undefined && { uiCodecEndpoint: ui.codecUrl }),
  });
  await closing.add(() => server.stop());
  return server;
}

async function choosePort(wanted: number | undefined, usual: number): Promise<number> {
  if (wanted !== undefined && wanted !== 0) return wanted;
  return wanted === undefined && (await isPortFree(usual)) ? usual : findFreePort();
}

async function serverEnd(exited: Promise<string>): Promise<never> {
  throw new StackError(`Temporal's server ended by itself (${await exited})`);
}

/** A worker that is killed is replaced: nothing of a job is lost with it, and it is a thing to try. */
async function keepWorkerRunning(
  start: () => Promise<WorkerProcess>,
  note: (line: string) => void,
  closing: Closing,
): Promise<{ pid: number; broken: Promise<never> }> {
  let closed = false;
  let worker = await start();
  const { pid } = worker;
  const watch = async (): Promise<never> => {
    for (;;) {
      const end = await worker.exited;
      // The stack is being stopped: there is nothing more to wait for.
      if (closed) return new Promise<never>(() => {});
      note(`The worker ended (${end}); another is being started. Its jobs go on where they were.`);
      worker = await start();
      if (closed) await worker.stop();
      else note(`Another worker runs (process ${worker.pid})`);
    }
  };
  await closing.add(() => {
    closed = true;
    return worker.stop();
  });
  return { pid, broken: watch() };
}
