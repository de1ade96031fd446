import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload } from '@temporalio/common';
import { startCodecServer } from '../../src/codec-server/codec-server';
import type { CodecLogLine, CodecServer, CodecServerOptions } from '../../src/codec-server/codec-server';
import { encryptionCodec } from '../../src/encryption/encryption-codec';
import { encrypt } from '../../src/encryption/payload-cipher';
import { keyRing } from '../support/stage';

const UI = 'https://temporal.example.com';
const TOKEN = 'a-token-that-is-long-enough-to-be-one';
const SECRET = 'zqterms';
const keys = keyRing('k1');
const lines: CodecLogLine[] = [];
let server: CodecServer;

const options: CodecServerOptions = {
  codec: encryptionCodec(keys),
  authorities: { token: TOKEN },
  origins: [UI],
  namespace: 'default',
  host: '127.0.0.1',
  port: 0,
  log: (line) => lines.push(line),
};

beforeAll(async () => {
  server = await startCodecServer(options);
});
afterAll(() => server.close());
beforeEach(() => lines.splice(0));

/** As the UI and the command line write it. */
function toJson(payloads: Payload[]): string {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  return JSON.stringify({
    payloads: payloads.map(({ metadata, data }) => ({
      metadata: Object.fromEntries(
        Object.entries(metadata ?? {}).map(([field, value]) => [field, base64(value)]),
      ),
      data: base64(data ?? new Uint8Array()),
    })),
  });
}

const plain = defaultPayloadConverter.toPayload({ terms: SECRET });
const encrypted = encrypt(plain, keys.newest);

async function post(
  path: string,
  headers: Record<string, string> = {},
  body: string = toJson([encrypted]),
): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}`, ...headers },
    body,
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

it.each([
  ['/decode', 'default'],
  ['/default/decode', 'default'],
  ['/any/prefix/decode?x=1', ''],
])('%s decrypts for the namespace "%s"', async (path, namespace) => {
  const { status, text } = await post(path, { 'x-namespace': namespace, origin: UI });
  expect(status).toBe(200);
  expect(text).toBe(toJson([plain]));
});

it('what it encodes it decodes again, and the worker too', async () => {
  const { text } = await post('/encode', {}, toJson([plain]));
  expect(text).not.toContain(Buffer.from(SECRET).toString('base64').slice(0, 8));
  expect((await post('/decode', {}, text)).text).toBe(toJson([plain]));
});

it('hands back what it cannot decrypt, beside what it can', async () => {
  const foreign = encrypt(plain, keyRing('foreign').newest);
  const { status, text } = await post('/decode', {}, toJson([foreign, encrypted, plain]));
  expect(status).toBe(200);
  expect(text).toBe(toJson([foreign, plain, plain]));
});

it.each([
  ['no token', { authorization: '' }, 401],
  ['another token', { authorization: 'Bearer other' }, 401],
  ['the token in another scheme', { authorization: `Basic ${TOKEN}` }, 401],
  ['a page of another origin', { origin: 'https://evil.example.com' }, 403],
  ['a page that hides its origin', { origin: 'null' }, 403],
  ['another namespace', { 'x-namespace': 'other' }, 403],
])('refuses %s', async (_what, headers, status) => {
  const answer = await post('/decode', headers);
  expect(answer.status).toBe(status);
  expect(answer.text).not.toContain('payloads');
  expect(lines).toEqual([expect.objectContaining({ status, payloads: 0 })]);
});

it.each([
  ['text', 'not json', 400],
  ['payloads that are none', '{"payloads":[{"data":7}]}', 400],
  ['what is not base64', '{"payloads":[{"data":"<>"}]}', 400],
  ['more than it takes', JSON.stringify({ payloads: [{ data: 'A'.repeat(17 * 1024 * 1024) }] }), 413],
  ['too many payloads', JSON.stringify({ payloads: Array.from({ length: 1001 }, () => ({})) }), 400],
])('refuses %s and quotes nothing of it', async (_what, body, status) => {
  const answer = await post('/decode', {}, body);
  expect(answer.status).toBe(status);
  expect(Object.keys(JSON.parse(answer.text))).toEqual(['message']);
});

it('refuses other types, methods and paths', async () => {
  expect((await post('/decode', { 'content-type': 'text/plain' })).status).toBe(415);
  expect((await post('/download')).status).toBe(404);
  expect((await fetch(`${server.url}/decode`)).status).toBe(404);
});

it('tells browsers that only the UI’s pages may ask', async () => {
  const preflight = async (origin: string) => {
    const response = await fetch(`${server.url}/decode`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,authorization-extras,content-type,x-namespace',
      },
    });
    return response.headers;
  };
  const allowed = await preflight(UI);
  expect(allowed.get('access-control-allow-origin')).toBe(UI);
  expect(allowed.get('access-control-allow-credentials')).toBe('true');
  for (const header of ['authorization', 'authorization-extras', 'content-type', 'x-namespace'])
    expect(allowed.get('access-control-allow-headers')).toContain(header);
  expect((await preflight('https://evil.example.com')).get('access-control-allow-origin')).toBeNull();
  expect((await post('/decode', { origin: UI })).headers.get('access-control-allow-origin')).toBe(UI);
});

it('logs who asked for how much, and nothing of what it was', async () => {
  await post('/decode', { 'x-namespace': 'default' });
  await post('/encode', {}, toJson([plain, plain]));
  expect(lines).toEqual([
    { method: 'decode', status: 200, payloads: 1, who: 'token' },
    { method: 'encode', status: 200, payloads: 2, who: 'token' },
  ]);
});

it('says that it is well without being asked who', async () => {
  const response = await fetch(`${server.url}/healthz`);
  expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
});
