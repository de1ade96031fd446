import fc from 'fast-check';
import { AnswerRefusedError } from '../../src/http/body';
import { parseErrorBody } from '../../src/vault/error-body';
import { exportPageSchema, exportSchema } from '../../src/vault/export';
import { matterPageSchema } from '../../src/vault/matter';
import { METHODS } from '../../src/vault/method';
import { operationPageSchema, operationSchema } from '../../src/vault/operation';
import { readSignedAssertion, readTokenAnswer } from '../../src/vault/token-answer';
import { VaultError } from '../../src/vault/vault-error';
import { decode } from '../../src/vault/wire';

/** 500 in CI; `FUZZ_RUNS=100000` by hand. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 500);
const MARK = 'zqfuzz';

/** What a hostile server writes where a text is expected. */
const words = fc.oneof(
  fc.constantFrom(
    `${MARK} merger`,
    `${MARK}@example.com`,
    `\u001b[31m${MARK}`,
    `NOT_FOUND\n${MARK}`,
    `\u202e${MARK}\u0000`,
    MARK.repeat(2000),
    `${'a@b '.repeat(600)}${MARK}@example.com`,
    '\ud800',
    '',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }).map((text) => `${MARK}${text}`),
);
const known = fc.constantFrom(
  'NOT_FOUND',
  'COMPLETED',
  'IN_PROGRESS',
  'OPEN',
  'type.googleapis.com/google.rpc.ErrorInfo',
  'type.googleapis.com/google.rpc.RetryInfo',
  '2026-11-27T00:00:00Z',
  '+275760-09-13T00:00:00Z',
  '3.5s',
  `${'9'.repeat(400)}s`,
  'rateLimitExceeded',
  'invalid_grant',
);
const number = fc.oneof(fc.double(), fc.constantFrom(-1, 0, 1e308, 10 ** 12, Number.MAX_SAFE_INTEGER + 2));
const leaf = fc.oneof(words, known, number, fc.boolean(), fc.constant(null));
const FIELDS = [
  'access_token expires_in token_type signedJwt keyId error error_description status message details errors reason',
  'retryDelay @type id matterId exportId name createTime stats totalArtifactCount exportedArtifactCount sizeInBytes',
  'cloudStorageSink files bucketName objectName size md5Hash requester email parentExportId exports operations matters',
  'nextPageToken state done response metadata startTime endTime query totalCount mailCountResult groupsCountResult',
  'accountCountErrors errorType nonQueryableAccounts code __proto__ constructor toString',
].flatMap((line) => line.split(' '));

/** JSON of the fields that are read, in any shape. */
const { node } = fc.letrec((tie) => ({
  node: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('list'), tie('object')),
  list: fc.array(tie('node'), { maxLength: 4 }),
  object: fc.dictionary(fc.constantFrom(...FIELDS), tie('node'), { maxKeys: 8 }),
}));
/** Near enough to be taken, with anything in one place or the other. */
const id = fc.oneof({ weight: 4, arbitrary: fc.constant('id-1') }, { weight: 1, arbitrary: leaf });
const maybe = fc.oneof(known, leaf, node);
const near = fc.record(
  {
    id,
    matterId: id,
    name: fc.oneof(fc.constant('operations/o'), leaf),
    status: maybe,
    state: maybe,
    createTime: maybe,
    parentExportId: leaf,
    done: fc.boolean(),
    stats: fc.constantFrom({ totalArtifactCount: '7' }, { totalArtifactCount: -7 }, null, MARK),
    metadata: fc.record(
      { matterId: leaf, exportId: leaf, startTime: leaf, query: node },
      { requiredKeys: [] },
    ),
    response: fc.record(
      {
        totalCount: number,
        mailCountResult: fc.record({ accountCountErrors: fc.array(fc.record({ errorType: leaf })) }),
      },
      { requiredKeys: [] },
    ),
    access_token: leaf,
    expires_in: leaf,
    error: fc.record({
      status: leaf,
      message: leaf,
      errors: fc.array(fc.record({ reason: leaf }), { maxLength: 2 }),
    }),
  },
  { requiredKeys: ['id', 'matterId', 'name'] },
);
const listed = fc
  .array(near, { maxLength: 3 })
  .map((items) => ({ exports: items, operations: items, matters: items }));
const body = fc.oneof(
  { weight: 4, arbitrary: node.map((value) => JSON.stringify(value)) },
  { weight: 8, arbitrary: fc.oneof(near, listed).map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: words },
  { weight: 1, arbitrary: fc.nat(200_000).map((depth) => '['.repeat(depth)) },
);

const CONTROL = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

function fuzz(rule: (text: string) => void): void {
  fc.assert(fc.property(body, rule), { numRuns });
}

/** A result, or undefined where it was refused with the one error there may be, which quotes nothing. */
function readOrRefused<T>(read: () => T, refusal: new (...args: never[]) => Error): T | undefined {
  const { result, error } = attempt(read);
  const said = error === undefined ? '' : String(error);
  expect(error === undefined || error instanceof refusal).toBe(true);
  expect(said).not.toContain(MARK);
  expect(said).not.toMatch(CONTROL);
  return result;
}

function attempt<T>(read: () => T): { result?: T; error?: unknown } {
  try {
    return { result: read() };
  } catch (error) {
    return { error };
  }
}

it('a token is one that a header can carry, for an hour at most', () =>
  fuzz((text) => {
    const token = readOrRefused(() => readTokenAnswer(text), AnswerRefusedError);
    const { access_token, expires_in } = token ?? { access_token: 't', expires_in: 0 };
    expect(new Headers({ authorization: `Bearer ${access_token}` }).get('authorization')).not.toBeNull();
    expect(expires_in).toBeGreaterThanOrEqual(0);
    expect(expires_in).toBeLessThanOrEqual(3600);
  }));

it('an assertion looks like one', () =>
  fuzz((text) => {
    const signed = readOrRefused(() => readSignedAssertion(text), AnswerRefusedError);
    expect(signed ?? 'a.b.c').toMatch(/^[\w.-]+$/);
  }));

it('an error is read whatever it is, and what is kept of it can be shown', () =>
  fuzz((text) => {
    const { status, reason, serverMessage = '', retryAfterMs, bodyForm } = parseErrorBody(text);
    expect(status ?? 'X').toMatch(/^[A-Z_]+$/);
    expect(reason ?? 'X').toMatch(/^[A-Za-z0-9_]{1,63}$/);
    expect(`${status} ${reason}`).not.toContain(MARK);
    expect(serverMessage.length).toBeLessThanOrEqual(300);
    expect(serverMessage).not.toMatch(CONTROL);
    expect(serverMessage).not.toContain(`${MARK}@`);
    const error = new VaultError('X', {
      kind: 'api',
      origin: 'vault',
      requestSent: true,
      retryAfterMs,
      bodyForm,
    });
    expect(error.retryAfterMs ?? 0).toBeLessThanOrEqual(3_600_000);
    expect(error.retryAfterMs ?? 0).toBeGreaterThanOrEqual(0);
  }));

/** People name exports and matters; messages and queries are known to be what they are, and go nowhere. */
const FREE = ['name', 'message', 'query', 'requesterEmail', 'bucketName', 'objectName', 'nextPageToken'];
let decoded = 0;

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => (FREE.includes(key) ? [] : textsIn(child)));
}

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

it('an export, an operation or a list is decoded or refused, and keeps no free text where an enum or an id is', () =>
  fuzz((text) => {
    const wire = readJson(text);
    const one = (schema: Parameters<typeof decode>[0]) =>
      readOrRefused(() => decode(schema, wire, METHODS.getExport), VaultError);
    const read = [exportSchema, operationSchema, exportPageSchema, operationPageSchema, matterPageSchema].map(
      one,
    );
    for (const kept of textsIn(read)) expect(kept).toMatch(/^[\x21-\x7e]{0,500}$/);
    decoded += read.filter((result) => result !== undefined).length;
  }));

it('some of it was near enough to be taken', () => {
  expect(decoded).toBeGreaterThan(0);
});
