import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { serveControl } from '../control/control-service';
import type { FakeVaultControls } from '../control/controls';
import type { World } from '../state/world';
import type { Outcome } from './exchange';
import { notFoundPage } from './html-error';
import { serveSignJwt, SIGN_JWT_PATH } from './iam-service';
import { readIncoming, type Incoming } from './incoming';
import { htmlReply, type Reply } from './reply';
import { serveStorage } from './storage-service';
import { serveToken } from './token-service';
import { serveVault } from './vault-service';

export interface ServedWorld {
  readonly world: World;
  readonly controls: FakeVaultControls;
  readonly authClock: () => number;
}

export interface RunningServer {
  readonly rootUrl: string;
  close(): Promise<void>;
}

/** Starts to listen before the world exists, since keys in it carry the address. */
export async function listen(
  host: string,
  port: number,
  build: (rootUrl: string) => ServedWorld,
): Promise<RunningServer> {
  const server = createServer();
  // Clients keep connections; one closed under their hands would be a fault that nobody scripted.
  server.keepAliveTimeout = 10 * 60_000;
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no TCP address.');
  const shownHost = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  const rootUrl = `http://${shownHost}:${address.port}`;
  const served = build(rootUrl);
  server.on('request', (request, response) => void answer(served, request, response));
  return { rootUrl, close: () => close(server) };
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

async function answer(
  served: ServedWorld,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const incoming = await readIncoming(request);
    // A client whose clock is wrong learns it from this header.
    response.setHeader('date', new Date(served.authClock()).toUTCString());
    if (incoming.path.startsWith('/_fake/')) send(response, serveControl(served.controls, incoming));
    else await answerCall(served, incoming, response);
  } catch (error) {
    // A caller that went away while sending; or a bug here, which must not look like an answer of Google's.
    if (!request.destroyed || !request.readableAborted) console.error('fake-vault:', error);
    response.destroy();
  }
}

async function answerCall(served: ServedWorld, incoming: Incoming, response: ServerResponse): Promise<void> {
  const { world } = served;
  const entry = world.log.open(incoming.method, incoming.path, world.clock.now());
  const outcome = await route(served, incoming, entry);
  switch (outcome.kind) {
    case 'reply':
      entry.status = outcome.reply.status;
      send(response, outcome.reply);
      return;
    case 'connection-reset':
      response.socket?.resetAndDestroy();
      return;
    case 'hang':
  }
}

async function route(
  { world, authClock }: ServedWorld,
  incoming: Incoming,
  entry: Parameters<typeof serveVault>[2],
): Promise<Outcome> {
  const { method, path } = incoming;
  if (method === 'POST' && path === '/token') return serveToken(world, incoming, entry, authClock());
  if (/^(\/download)?\/storage\//.test(path)) return serveStorage(world, incoming, entry);
  if (method === 'POST' && SIGN_JWT_PATH.test(path)) return serveSignJwt(world, incoming, entry, authClock());
  if (path.startsWith('/v1/')) return serveVault(world, incoming, entry);
  return { kind: 'reply', reply: htmlReply(404, notFoundPage(path)) };
}

function send(response: ServerResponse, reply: Reply): void {
  const body = Buffer.from(reply.body);
  response.writeHead(reply.status, { ...reply.headers, 'content-length': body.length });
  response.end(body);
}
