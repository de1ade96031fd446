import { once } from 'node:events';
import { request } from 'node:http';
import { defaultPayloadConverter } from '@temporalio/common';
import fc from 'fast-check';
import { startCodecServer } from '../../src/codec-server/codec-server';
import type { CodecServer } from '../../src/codec-server/codec-server';
import { payloadsToJson } from '../../src/codec-server/payload-json';
import { encryptionCodec } from '../../src/encryption/encryption-codec';
import { encrypt } from '../../src/encryption/payload-cipher';
import { keyRing } from '../support/stage';
import { until } from '../support/until';

const TOKEN = 'a-token-that-is-long-enough-to-be-one';
const SECRET = 'zqterms-privileged';
const RUNS = Number(process.env.FUZZ_RUNS ?? 500);
const MB = 1024 * 1024;
const keys = keyRing('k1');
const secret = encrypt(defaultPayloadConverter.toPayload({ terms: SECRET }), keys.newest, {
  namespace: 'default',
  workflowId: 'job',
});
let server: CodecServer;

beforeAll(async () => {
  server = await startCodecServer({
    codec: encryptionCodec(keys, { namespace: 'default', showsPlain: true }),
    authorities: { token: TOKEN },
    origins: [],
    namespace: 'default',
    host: '127.0.0.1',
    port: 0,
    log: () => {},
  });
});
afterAll(() => server.close());

async function post(path: string, body: string | Buffer<ArrayBuffer>, token: string | undefined) {
  const answer = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body,
  });
  return { status: answer.status, text: await answer.text() };
}

function showsSecret(text: string): boolean {
  const texts = [text, ...[...text.matchAll(/"([A-Za-z0-9+/=]+)"/g)].map(([, found]) => fromBase64(found))];
  return texts.some((found) => found.includes(SECRET));
}
const fromBase64 = (text = '') => Buffer.from(text, 'base64').toString('latin1');

/** Payloads that are nearly such, with a real one among them, whole or damaged. */
const real = JSON.parse(JSON.stringify(payloadsToJson([secret]))).payloads[0];
const bytes = fc.oneof(fc.base64String(), fc.string(), fc.constant(null), fc.integer());
const metadata = fc.oneof(
  fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('encoding', '__proto__', 'constructor')), bytes),
  fc
    .dictionary(fc.constantFrom(...Object.keys(real.metadata)), bytes)
    .map((change) => ({ ...real.metadata, ...change })),
);
const payload = fc.oneof(
  fc.constant(real),
  fc.record({ metadata, data: fc.oneof(bytes, fc.constant(real.data)) }, { requiredKeys: [] }),
  fc.jsonValue(),
);
const body = fc.oneof(
  fc
    .record({ payloads: fc.oneof(fc.array(payload, { maxLength: 20 }), fc.jsonValue()) })
    .map((value) => JSON.stringify(value)),
  fc.json(),
  fc.string({ unit: 'binary' }),
  fc.uint8Array({ maxLength: 2000 }).map((value) => Buffer.from(value)),
  // Cut short.
  fc.nat({ max: 400 }).map((length) => JSON.stringify({ payloads: [real] }).slice(0, length)),
  fc.integer({ min: 1, max: 50_000 }).map((depth) => '['.repeat(depth)),
);
const path = fc.constantFrom('/decode', '/encode', '/x/decode', '/', '/decode/');
const token = fc.constantFrom(TOKEN, undefined, 'guessed', TOKEN.slice(1), `${TOKEN}x`);

it('any body is answered with a fitting status, and the unauthorised see nothing', async () => {
  await fc.assert(
    fc.asyncProperty(path, body, token, async (to, sent, as) => {
      const { status, text } = await post(to, sent, as);
      const isAllowed = as === TOKEN;
      const fitting = [200, 400, ...(to.endsWith('code') ? [] : [404])];
      expect(isAllowed ? fitting : [401]).toContain(status);
      expect(!isAllowed && showsSecret(text)).toBe(false);
      expect(status === 200 || Object.keys(JSON.parse(text)).join() === 'message').toBe(true);
    }),
    { numRuns: RUNS },
  );
  const { status, text } = await post('/decode', JSON.stringify({ payloads: [real] }), TOKEN);
  expect([status, showsSecret(text)]).toEqual([200, true]);
}, 600_000);

it.each([
  ['objects', `{"payloads":[${'{},'.repeat(4 * MB)}{}]}`],
  ['metadata', `{"payloads":[{"metadata":{${Array.from({ length: MB }, (_, at) => `"${at}":""`).join()}}}]}`],
  ['brackets', '['.repeat(8 * MB)],
])('millions of %s are refused before anything is made of them', async (_what, text) => {
  const answer = await post('/decode', text, TOKEN);
  expect(answer).toEqual({ status: 400, text: '{"message":"the body has too many values"}' });
});

it('a body as large as the largest payloads is taken', async () => {
  const data = Buffer.alloc(2 * MB, 7).toString('base64');
  const { status } = await post(
    '/encode',
    JSON.stringify({ payloads: [{ data }, { data }, { data }] }),
    TOKEN,
  );
  expect(status).toBe(200);
});

it('who asks for too much at once is told to try again, and room that is given up is free', async () => {
  const open = async () => {
    const asked = request(`${server.url}/decode`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${TOKEN}`,
        'content-type': 'application/json',
        'content-length': 16 * MB,
      },
    });
    asked.on('error', () => {});
    asked.write('{');
    await once(asked, 'socket');
    return asked;
  };
  const waiting = [await open(), await open()];
  const status = async () => (await post('/decode', '{}', TOKEN)).status;
  await until('the server to be full', async () => (await status()) === 503);
  for (const asked of waiting) asked.destroy();
  expect(await until('it to have room', async () => (await status()) === 200)).toBe(true);
});
