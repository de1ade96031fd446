import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { encryptionCodec } from '../../src/encryption/encryption-codec';
import { startCodecServer } from '../../src/codec-server/codec-server';
import type { CodecLogLine, CodecServer } from '../../src/codec-server/codec-server';
import { identityTokens } from '../../src/codec-server/identity-token';
import { keyRing } from '../support/stage';

const AUDIENCE = 'temporal-ui';
const HOUR_MS = 60 * 60_000;

type Answer = (response: ServerResponse) => void;
interface Signer {
  kid: string;
  key: CryptoKey;
  jwk: JWK;
}

let provider: Server;
let issuer: string;
let codecServer: CodecServer;
let first: Signer;
let second: Signer;
let discovery: Answer;
let keys: Answer;
let keysAsked: number;
let elsewhereAsked: number;
const lines: CodecLogLine[] = [];

const send =
  (status: number, body: string, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
const keySet = (...signers: Signer[]) => send(200, JSON.stringify({ keys: signers.map(({ jwk }) => jwk) }));

async function signer(kid: string): Promise<Signer> {
  const pair = await generateKeyPair('RS256');
  return { kid, key: pair.privateKey, jwk: { ...(await exportJWK(pair.publicKey)), kid, alg: 'RS256' } };
}

beforeAll(async () => {
  [first, second] = await Promise.all([signer('first'), signer('second')]);
  provider = createServer((request, response) => {
    if (request.url === '/.well-known/openid-configuration') return discovery(response);
    if (request.url === '/elsewhere') elsewhereAsked += 1;
    else keysAsked += 1;
    return keys(response);
  });
  await new Promise<void>((resolve) => void provider.listen(0, '127.0.0.1', resolve));
  const address = provider.address();
  issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(() => {
  provider.closeAllConnections();
  provider.close();
});

beforeEach(async () => {
  discovery = send(200, JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` }));
  keys = keySet(first);
  keysAsked = 0;
  elsewhereAsked = 0;
  lines.splice(0);
  codecServer = await startCodecServer({
    codec: encryptionCodec(keyRing('k1')),
    authorities: { identities: identityTokens({ issuer, audience: AUDIENCE }) },
    origins: [],
    namespace: 'default',
    host: '127.0.0.1',
    port: 0,
    log: (line) => lines.push(line),
  });
});
afterEach(async () => {
  jest.useRealTimers();
  await codecServer.close();
});

/** Only what the time is: sockets keep their timers. */
function travel(ms: number): void {
  const now = Date.now() + ms;
  jest.useFakeTimers({
    now,
    doNotFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'nextTick'],
  });
}

async function ask(by: Signer = first): Promise<{ status: number; message?: string }> {
  const token = await new SignJWT({ sub: 'jane' })
    .setProtectedHeader({ alg: 'RS256', kid: by.kid })
    .setIssuer(issuer)
    .setAudience(AUDIENCE)
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(by.key);
  const response = await fetch(`${codecServer.url}/decode`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: '{"payloads":[]}',
  });
  const body: { message?: string } = JSON.parse(await response.text());
  return { status: response.status, ...(body.message !== undefined && { message: body.message }) };
}

const drip: Answer = (response) => {
  response.writeHead(200, { 'content-length': '100000' });
  const timer = setInterval(() => response.write('x'), 50);
  response.on('close', () => clearInterval(timer));
};
const endless: Answer = (response) => {
  const piece = 'x'.repeat(64 * 1024);
  const pour = () => {
    while (response.writable && response.write(piece));
  };
  response.on('error', () => {}).on('drain', pour);
  pour();
};

const BROKEN: [string, Answer][] = [
  ['HTTP 500', send(500, '')],
  ['HTTP 404', send(404, '{}')],
  ['a redirect', send(302, '', { location: '/elsewhere' })],
  ['no JSON', send(200, '<html>')],
  ['another JSON', send(200, '{"keys":"secret"}')],
  ['keys that are none', send(200, '{"keys":[1,null]}')],
  ['what is too deep', send(200, `{"keys":${'['.repeat(100_000)}`)],
  ['a broken connection', (response) => void response.destroy()],
  ['what has no end', endless],
  ['a body that drips', drip],
];

describe.each(BROKEN)('a provider that answers with %s', (_what, broken) => {
  it('is no fault of the token: nobody is let in, and the answer and the log say why', async () => {
    keys = broken;
    expect(await ask()).toEqual({ status: 503, message: 'the identity provider gives no keys' });
    expect(lines).toEqual([
      expect.objectContaining({ status: 503, why: 'the identity provider gives no keys' }),
    ]);
    expect(elsewhereAsked).toBe(0);
    keys = keySet(first);
    expect(await ask()).toEqual({ status: 200 });
  });

  it('is no fault of the token where it is the discovery document that is broken', async () => {
    discovery = broken;
    expect(await ask()).toMatchObject({ status: 503 });
    expect(keysAsked + elsewhereAsked).toBe(0);
  });

  it('loses nobody who was let in by the keys it gave before', async () => {
    expect(await ask()).toEqual({ status: 200 });
    keys = broken;
    travel(HOUR_MS);
    expect(await ask()).toEqual({ status: 200 });
    expect(keysAsked).toBe(2);
    // Whether it has made this key since is not known.
    travel(HOUR_MS);
    expect(await ask(second)).toMatchObject({ status: 503 });
  });
});

it('keys of a provider that is away for a day count no longer', async () => {
  expect(await ask()).toEqual({ status: 200 });
  keys = send(500, '');
  travel(25 * HOUR_MS);
  expect(await ask()).toMatchObject({ status: 503 });
});

it('a key that the provider does not know is a fault of the token, and one it has made since is found', async () => {
  expect(await ask(second)).toMatchObject({ status: 401 });
  keys = keySet(first, second);
  travel(60_000);
  expect(await ask(second)).toEqual({ status: 200 });
});

it.each(['http://keys.example.com/', 'file:///keys', 'not an address'])(
  'a discovery document cannot send the server to %s',
  async (jwks_uri) => {
    discovery = send(200, JSON.stringify({ issuer, jwks_uri }));
    expect(await ask()).toMatchObject({ status: 503 });
  },
);
