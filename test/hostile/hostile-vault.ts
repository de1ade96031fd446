import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import type { FakeVault } from '../../src/fake-vault';

/** In whatever this server says of its own: nothing kept, logged or shown may hold it. */
export const QUOTED = 'zqserver';

const WORDS = `${QUOTED} merger ann@${QUOTED}.example \u001b[2J\u001b[31m\r\nforged line \u202e \u0007`;

type Misdeed = (response: ServerResponse, honest: () => Promise<void>) => unknown;

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Misdeed =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const raw =
  (status: number, body: string | Buffer, headers: Record<string, string> = {}): Misdeed =>
  (response) =>
    response.writeHead(status, headers).end(body);

function googleError(status: number, words: string, retryDelay = '0.1s'): Misdeed {
  const details = [
    { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: words },
    { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay },
  ];
  return json(status, { error: { code: status, status: words, message: words, details } });
}

const endless: Misdeed = (response) => {
  const piece = Buffer.alloc(256 * 1024, '[{"a":');
  const pour = () => {
    while (response.writable && response.write(piece));
  };
  response.writeHead(200, { 'content-type': 'application/json' });
  response.on('error', () => {}).on('drain', pour);
  pour();
};

const drip =
  (beginning: string): Misdeed =>
  ({ socket }) => {
    socket?.write(`HTTP/1.1 200 OK\r\n${beginning}`);
    const timer = setInterval(() => socket?.write('x'), 50);
    socket?.on('close', () => clearInterval(timer)).on('error', () => clearInterval(timer));
  };

const bombs = {
  gzip: gzipSync(Buffer.alloc(200 * 1024 * 1024, ' ')),
  deep: `{"exports":${'['.repeat(1_000_000)}`,
  wide: `{"exports":[${'{},'.repeat(700_000)}{}]}`,
};

/** What it does to whoever reads: one after the other, again and again, with an honest answer in between. */
export const READ_MISDEEDS: { readonly [name: string]: Misdeed } = {
  honest: (_response, honest) => honest(),
  'an error that quotes': googleError(503, WORDS),
  'a long error': googleError(500, WORDS.repeat(800)),
  'an error of another status': googleError(418, WORDS),
  'an OAuth error': json(400, { error: WORDS, error_description: WORDS.repeat(100) }),
  'headers without end': json(
    200,
    {},
    Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`x-${index}`, 'y'.repeat(500)])),
  ),
  'headers that drip': drip('x-slow: '),
  'a body that drips': drip('content-length: 1000000\r\n\r\n{'),
  'a body without end': endless,
  'a bomb': raw(200, bombs.gzip, { 'content-encoding': 'gzip' }),
  'what is too deep': raw(200, bombs.deep),
  'what is too wide': raw(200, bombs.wide),
  'what is no HTTP': ({ socket }) => socket?.end(`${WORDS}\r\n\r\n`),
  'a redirect': raw(307, WORDS, { location: 'http://127.0.0.1:1/' }),
  'an export of free text': json(200, {
    id: WORDS,
    matterId: WORDS,
    status: WORDS,
    createTime: WORDS,
    stats: { totalArtifactCount: '-9' },
  }),
  'a page': raw(200, `<html>${WORDS}</html>`),
  'a refused token': googleError(401, WORDS),
  // Last: whoever meets it stays away for an hour.
  'an endless wait': googleError(503, WORDS, `${'9'.repeat(400)}s`),
};

const TOKEN_MISDEEDS: readonly Misdeed[] = [
  (_response, honest) => honest(),
  json(200, { access_token: WORDS, expires_in: 10 ** 12 }),
  json(400, { error: WORDS, error_description: WORDS }),
  endless,
  raw(307, '', { location: 'http://127.0.0.1:1/' }),
];

export interface HostileVault {
  url: string;
  /** How often each misdeed was done. */
  done: Map<string, number>;
  close(): Promise<void>;
}

/** Stands before a fake: lets exports be made, and misbehaves to whoever reads or wants a token. */
export async function startHostileVault(behind: FakeVault): Promise<HostileVault> {
  const done = new Map<string, number>();
  const misdeeds = Object.entries(READ_MISDEEDS);
  let reads = 0;
  let tokens = 0;
  const http = createServer((incoming, response) => {
    response.on('error', () => {});
    void answer(incoming, response).catch(() => response.destroy());
  });
  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const honest = () => forward(behind, incoming, body, response);
    if (incoming.url === '/token') {
      tokens += 1;
      await TOKEN_MISDEEDS[(tokens - 1) % TOKEN_MISDEEDS.length]?.(response, honest);
      return;
    }
    if (incoming.method !== 'GET') return honest();
    const [name, misdeed] = misdeeds[(reads += 1) % misdeeds.length] ?? [];
    if (name === undefined || misdeed === undefined) return honest();
    done.set(name, (done.get(name) ?? 0) + 1);
    await misdeed(response, honest);
  }
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    done,
    close: async () => {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}

/** With its host as it came: an assertion is for the address that was asked. */
async function forward(
  behind: FakeVault,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  const { hostname, port } = new URL(behind.rootUrl);
  const sent = request({ hostname, port, method, path: url, headers }).end(body);
  const [answer]: IncomingMessage[] = await once(sent, 'response');
  if (answer === undefined) throw new Error('The fake did not answer');
  response.writeHead(answer.statusCode ?? 500, answer.headers);
  answer.pipe(response);
}
