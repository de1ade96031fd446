import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCredential, createVaultClient, type VaultClient } from '../../src/vault';
import { json, KEY, raw, startGoogleServer, type Answer, type GoogleServer } from './google-server';
import { until } from '../support/until';
import { failureOf } from './harness';

const SUBJECT = 'admin@example.com';
const USER = { type: 'authorized_user', client_id: 'c', client_secret: 's', refresh_token: 'r' };
const NAME = 'operations/o';
const MB = 1024 * 1024;
const environment = process.env;

let google: GoogleServer;
let folder: string;

beforeEach(async () => {
  google = await startGoogleServer();
  google.answer = json(200, { name: NAME });
  folder = await mkdtemp(join(tmpdir(), 'hostile-server-'));
  const path = join(folder, 'default.json');
  await writeFile(path, JSON.stringify(USER));
  // No credential of the machine that runs the tests may take part.
  process.env = { ...environment, CLOUDSDK_CONFIG: folder, GOOGLE_APPLICATION_CREDENTIALS: path };
});
afterEach(async () => {
  jest.useRealTimers();
  process.env = environment;
  await google.close();
  await rm(folder, { recursive: true });
});

async function withKey(timeoutMs?: number): Promise<VaultClient> {
  const time = timeoutMs === undefined ? {} : { timeoutMs };
  const credential = await createCredential({
    source: { type: 'service-account-key', key: KEY },
    subject: SUBJECT,
    tokenUrl: google.tokenUrl,
    ...time,
  });
  return createVaultClient({ rootUrl: google.url, storageUrl: google.url, ...time }, credential);
}

async function keyless(timeoutMs?: number): Promise<VaultClient> {
  const time = timeoutMs === undefined ? {} : { timeoutMs };
  const credential = await createCredential({
    source: { type: 'keyless', serviceAccount: KEY.client_email },
    subject: SUBJECT,
    tokenUrl: google.tokenUrl,
    iamUrl: google.url,
    ...time,
  });
  return createVaultClient({ rootUrl: google.url, ...time }, credential);
}

/** Each server that is spoken to: who asks it, and how it is made to answer. */
const SERVERS: [string, (timeoutMs?: number) => Promise<VaultClient>, (answer: Answer) => void][] = [
  ['vault', withKey, (answer) => (google.answer = answer)],
  ['token', withKey, (answer) => (google.answerToken = answer)],
  // Asked for the source's token first, which has to be given.
  ['iam', keyless, (answer) => (google.answer = answer)],
  ['source', keyless, (answer) => (google.answerToken = answer)],
];

/** Writes without end, as fast as it is read, and tells how much was taken. */
function endless(piece: string): { answer: Answer; taken: () => number; closed: () => boolean } {
  let taken = 0;
  let closed = false;
  const pour = (response: ServerResponse) => {
    while (response.writable && response.write(piece)) taken += piece.length;
    taken += piece.length;
  };
  const answer: Answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.on('close', () => (closed = true)).on('error', () => (closed = true));
    response.on('drain', () => pour(response));
    pour(response);
  };
  return { answer, taken: () => taken, closed: () => closed };
}

/** A byte now and then, so that no pause is long. */
function drip(response: ServerResponse, beginning: string): void {
  const { socket } = response;
  socket?.write(beginning);
  const timer = setInterval(() => socket?.write('x'), 10);
  socket?.on('close', () => clearInterval(timer)).on('error', () => clearInterval(timer));
}

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
const slowHeaders: Answer = (_request, response) => drip(response, `${HEAD}x-slow: `);
const slowBody: Answer = (_request, response) => drip(response, `${HEAD}content-length: 100000\r\n\r\n{`);

describe.each(SERVERS)('the %s server', (origin, client, misbehave) => {
  it.each([
    ['headers', slowHeaders],
    ['a body', slowBody],
  ])('ends at the deadline when it drips %s', async (_what, answer) => {
    misbehave(answer);
    const error = await failureOf((await client(300)).getOperation(NAME));
    expect(error.kind).toBe('timeout');
  });

  it('is not read to the end when it has none', async () => {
    const { answer, taken, closed } = endless('x'.repeat(64 * 1024));
    misbehave(answer);
    const error = await failureOf((await client()).getOperation(NAME));
    expect(error).toMatchObject({ kind: 'malformed-response', origin });
    expect(error.message).toContain('the body is too large');
    await until('the connection to be closed', closed);
    expect(taken()).toBeLessThan(40 * MB);
  });

  it.each([
    ['deep', '['.repeat(200_000)],
    ['deep and well formed', `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`.slice(0, 60_000)],
    ['no JSON', 'secret'],
    ['something else', '["secret"]'],
  ])('is not believed when its answer is %s', async (_what, body) => {
    misbehave(raw(200, body.slice(0, 60_000)));
    const error = await failureOf((await client()).getOperation(NAME));
    expect(error).toMatchObject({ kind: 'malformed-response', origin });
    expect(`${error.stack}${JSON.stringify(error)}`).not.toContain('secret');
  });

  it.each([301, 302, 303, 307, 308])('is not followed elsewhere with HTTP %i', async (status) => {
    const elsewhere = await startGoogleServer();
    try {
      misbehave(raw(status, '', { location: elsewhere.tokenUrl }));
      const error = await failureOf((await client()).getOperation(NAME));
      expect(error).toMatchObject({ httpStatus: status, origin });
      expect(elsewhere.calls.length + elsewhere.tokenCalls.length).toBe(0);
    } finally {
      await elsewhere.close();
    }
  });

  it('is a server that refuses, whatever its refusal is made of', async () => {
    misbehave(raw(400, `{"error":${'['.repeat(60_000)}`));
    expect(await failureOf((await client()).getOperation(NAME))).toMatchObject({ httpStatus: 400, origin });
    misbehave(raw(400, `${'{"error":'.repeat(6_000)}1${'}'.repeat(6_000)}`));
    const error = await failureOf((await client()).getOperation(NAME));
    expect(error.message).toMatch(/^HTTP_400: /);
  });

  it('cannot fill the memory with headers', async () => {
    const headers = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`x-${i}`, 'y'.repeat(500)]));
    misbehave(json(200, { name: NAME, access_token: 't', expires_in: 3600, signedJwt: 'a.b.c' }, headers));
    expect(await failureOf((await client()).getOperation(NAME))).toMatchObject({ kind: 'network', origin });
  });
});

it('a page token of a megabyte is not sent back', async () => {
  google.answer = json(200, { exports: [], nextPageToken: 'x'.repeat(1024 * 1024) });
  const vault = await withKey();
  const { nextPageToken = '' } = await vault.listExports('m');
  const error = await failureOf(vault.listExports('m', { pageToken: nextPageToken }));
  expect(error).toMatchObject({ kind: 'misconfigured', requestSent: false });
  expect(google.calls).toHaveLength(1);
});

it('an answer of millions of parts is not believed', async () => {
  google.answer = raw(200, `{"exports":[${'{},'.repeat(3_000_000)}{}]}`);
  const error = await failureOf((await withKey()).listExports('m'));
  expect(error.message).toContain('the body has too many parts');
});

it('an answer of very many wrong parts is given up at the first', async () => {
  google.answer = raw(200, `{"exports":[${'{},'.repeat(900_000)}{}]}`);
  const error = await failureOf((await withKey()).listExports('m'));
  expect(error.message).toContain('exports.0.id is not what Vault documents');
});

describe('a token', () => {
  const tokens = (expires_in: unknown): Answer => {
    let given = 0;
    return (request, response) =>
      json(200, { access_token: `tok-${(given += 1)}`, expires_in, token_type: 'Bearer' })(request, response);
  };

  it.each([10 ** 12, 1e308, '1e999', Number.MAX_SAFE_INTEGER, '99999999999'])(
    'that is said to live for %s seconds is asked for anew after an hour',
    async (seconds) => {
      google.answerToken = tokens(seconds);
      const vault = await withKey();
      await vault.getOperation(NAME);
      await vault.getOperation(NAME);
      expect(google.tokenCalls.length).toBeLessThanOrEqual(2);
      const before = google.tokenCalls.length;
      const now = Date.now() + 61 * 60_000;
      // Only what the time is: sockets keep their timers.
      jest.useFakeTimers({
        now,
        doNotFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'nextTick'],
      });
      await vault.getOperation(NAME);
      expect(google.tokenCalls).toHaveLength(before + 1);
    },
  );

  it.each([0, -1, 'soon', null, undefined, {}])(
    'whose life is %s serves the call it was asked for',
    async (life) => {
      google.answerToken = tokens(life);
      for (const client of [await withKey(), await keyless()]) {
        google.answer = (request, response) =>
          json(200, request.url.endsWith(':signJwt') ? { signedJwt: 'a.b.c' } : { name: NAME })(
            request,
            response,
          );
        await client.getOperation(NAME);
      }
      expect(google.calls.at(-1)?.headers.authorization).toMatch(/^Bearer tok-\d+$/);
    },
  );

  it.each(['a\r\nx-injected: 1', 'ünïcödé', '', 7, 'x'.repeat(20_000)])(
    'that no header can carry is none',
    async (text) => {
      google.answerToken = json(200, { access_token: text, expires_in: 3600 });
      const error = await failureOf((await withKey()).getOperation(NAME));
      expect(error).toMatchObject({ kind: 'malformed-response', origin: 'token', requestSent: false });
      expect(google.calls).toHaveLength(0);
    },
  );
});

describe('the signed assertion', () => {
  const claims = (call: { body: string } | undefined): { aud?: unknown } => {
    const assertion = new URLSearchParams(call?.body).get('assertion') ?? '';
    return JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString());
  };
  const fromKey = (token_uri: string, more: object = {}) =>
    createCredential({
      source: { type: 'service-account-key', key: { ...KEY, token_uri } },
      subject: SUBJECT,
      ...more,
    });

  it.each(['http://tokens.example.com/token', 'http://10.0.0.1/token', 'http://127.0.0.1.example.com/token'])(
    'is not sent to %s, which others can listen to',
    async (url) => {
      const error = await failureOf(fromKey(url));
      expect(error).toMatchObject({ kind: 'misconfigured', requestSent: false });
      expect(error.message).toContain('is not an https address');
      expect((await failureOf(fromKey(KEY.token_uri, { tokenUrl: url }))).kind).toBe('misconfigured');
    },
  );

  it.each([
    ['the IAM URL', { iamUrl: 'http://iam.example.com' }],
    ['the token URL', { tokenUrl: 'http://tokens.example.com/token' }],
  ])('is not made nor sent where %s is plain http', async (name, urls) => {
    const source = { type: 'keyless', serviceAccount: 'sa@project' } as const;
    const error = await failureOf(createCredential({ source, subject: SUBJECT, ...urls }));
    expect(error.message).toContain(`${name} is not an https address`);
  });

  it('is sent there where the configuration says that this is a stand-in', async () => {
    const asked: string[] = [];
    const fetch = async (input: unknown) => {
      asked.push(String(input));
      return Response.json({ access_token: 't', expires_in: 3600 });
    };
    const credential = await fromKey('http://tokens.example.com/token', { allowHttp: true, fetch });
    await credential.authorize('vault');
    expect(asked).toEqual(['http://tokens.example.com/token']);
  });

  it('is good for no other address than the one it is sent to', async () => {
    await (await fromKey(google.tokenUrl)).authorize('vault');
    expect(claims(google.tokenCalls.at(-1)).aud).toBe(google.tokenUrl);

    google.answer = json(200, { signedJwt: 'a.b.c' });
    const source = { type: 'keyless', serviceAccount: 'sa@project' } as const;
    const urls = { tokenUrl: google.tokenUrl, iamUrl: google.url };
    await (await createCredential({ source, subject: SUBJECT, ...urls })).authorize('vault');
    const signed: { payload: string } = JSON.parse(google.calls.at(-1)?.body ?? '');
    expect(JSON.parse(signed.payload)).toMatchObject({ aud: google.tokenUrl });

    await writeFile(process.env['GOOGLE_APPLICATION_CREDENTIALS']!, JSON.stringify(KEY));
    const byDefault = { source: { type: 'application-default' }, subject: SUBJECT } as const;
    await (await createCredential({ ...byDefault, tokenUrl: google.tokenUrl })).authorize('vault');
    expect(claims(google.tokenCalls.at(-1)).aud).toBe(google.tokenUrl);
  });
});

it.each(['rootUrl', 'storageUrl'])('no token is sent to a %s of plain http', async (name) => {
  const credential = await createCredential({
    source: { type: 'service-account-key', key: KEY },
    subject: SUBJECT,
  });
  expect(() => createVaultClient({ [name]: 'http://vault.example.com' }, credential)).toThrow(
    `${name} is not an https address`,
  );
});
