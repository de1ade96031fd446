import { classifyFailure } from '../../activities/failure-table';
import type { Failure, FailureType } from '../../activities/failure-table';
import { RPC_STATUSES } from '../../src/domain/rpc-status';
import type { RpcStatus } from '../../src/domain/rpc-status';
import { RPC_STATUS } from '../../src/fake-vault/wire/rpc-status';
import { apiFault } from '../../src/vault/api-fault';
import { METHODS } from '../../src/vault/method';
import type { Method } from '../../src/vault/method';
import { VaultError } from '../../src/vault/vault-error';
import type { VaultErrorFields } from '../../src/vault/vault-error';

function failure(fields: Partial<VaultErrorFields>) {
  return classifyFailure(
    new VaultError('CODE: said', {
      kind: 'api',
      origin: 'vault',
      requestSent: true,
      bodyForm: 'google',
      ...fields,
    }),
  );
}

/** What a real answer over HTTP means, with the body that came with it. */
async function meaningOf(method: Method, httpStatus: number, body: string): Promise<Failure> {
  return classifyFailure(await apiFault(method, new Response(body, { status: httpStatus })));
}

const METHODS_OF_JOBS = [
  METHODS.createExport,
  METHODS.countArtifacts,
  METHODS.cancelOperation,
  METHODS.deleteExport,
  METHODS.getExport,
  METHODS.getOperation,
  METHODS.getMatter,
  METHODS.listExports,
  METHODS.listOperations,
];
const HTTP_STATUSES = Array.from({ length: 200 }, (_, index) => 400 + index);

/** Bodies that are not Google's, or do not say what Google calls it. */
const BODIES_OF_OTHERS = {
  'a page': '<!DOCTYPE html><html><title>Error</title></html>',
  nothing: '',
  'plain text': 'upstream request timeout',
  'JSON of another server': '{"message":"no such route","code":"not_found","status":"NOT_FOUND"}',
  'an OAuth error': '{"error":"invalid_request","error_description":"running export limit, quota exceeded"}',
  'Google’s form without a status': '{"error":{"code":404,"message":"Not Found"}}',
  'Google’s form with an unknown status': '{"error":{"code":404,"status":"NOT_THERE","message":"x"}}',
  'a list': '[]',
};

/** What Google itself says, and what it means. */
const MEANING_OF_STATUS: { [status in RpcStatus]: [FailureType, executed: Failure['executed']] } = {
  INVALID_ARGUMENT: ['REFUSED', false],
  OUT_OF_RANGE: ['REFUSED', false],
  FAILED_PRECONDITION: ['ALREADY_FINISHED', false],
  NOT_FOUND: ['NOT_FOUND', false],
  UNIMPLEMENTED: ['UNIMPLEMENTED', false],
  UNAUTHENTICATED: ['CREDENTIAL', false],
  PERMISSION_DENIED: ['ACCESS', false],
  RESOURCE_EXHAUSTED: ['QUOTA', false],
  ALREADY_EXISTS: ['TRANSIENT', 'unknown'],
  CANCELLED: ['TRANSIENT', 'unknown'],
  UNKNOWN: ['TRANSIENT', 'unknown'],
  DEADLINE_EXCEEDED: ['TRANSIENT', 'unknown'],
  ABORTED: ['TRANSIENT', 'unknown'],
  INTERNAL: ['TRANSIENT', 'unknown'],
  UNAVAILABLE: ['TRANSIENT', 'unknown'],
  DATA_LOSS: ['TRANSIENT', 'unknown'],
};

describe.each(METHODS_OF_JOBS)('$methodId', (method) => {
  it.each(Object.entries(BODIES_OF_OTHERS))('says nothing of what was done with %s', async (_name, body) => {
    for (const httpStatus of HTTP_STATUSES) {
      const { type, pace, executed } = await meaningOf(method, httpStatus, body);
      const expected = PACE_OF_HTTP[httpStatus] ?? ['TRANSIENT', 'backoff'];
      expect([httpStatus, type, pace, executed]).toEqual([httpStatus, ...expected, 'unknown']);
    }
  });

  it.each(RPC_STATUSES)('believes Google’s %s, whatever the HTTP status', async (status) => {
    const body = JSON.stringify({ error: { code: RPC_STATUS[status].http, status, message: 'm' } });
    for (const httpStatus of HTTP_STATUSES) {
      const { type, executed } = await meaningOf(method, httpStatus, body);
      expect([httpStatus, type, executed]).toEqual([httpStatus, ...MEANING_OF_STATUS[status]]);
    }
  });
});

/** How soon it is asked again where only the HTTP status can tell. */
const PACE_OF_HTTP: { [httpStatus: number]: [FailureType, Failure['pace']] } = {
  401: ['CREDENTIAL', 'access'],
  403: ['ACCESS', 'access'],
  429: ['QUOTA', 'backoff'],
};

it.each<[string, Partial<VaultErrorFields>, object]>([
  ['a redirect', { httpStatus: 302, bodyForm: 'html' }, { type: 'TRANSIENT', executed: 'unknown' }],
  ['a timeout', { kind: 'timeout', requestSent: 'unknown' }, { type: 'TRANSIENT', executed: 'unknown' }],
  ['a refused connection', { kind: 'network', requestSent: false }, { type: 'TRANSIENT', executed: false }],
  ['a reply that cannot be read', { kind: 'malformed-response' }, { type: 'TRANSIENT', executed: 'unknown' }],
  [
    '429 with RetryInfo',
    { httpStatus: 429, status: 'RESOURCE_EXHAUSTED', retryAfterMs: 3500 },
    { type: 'QUOTA', on: 'quota', executed: false, retryAfterMs: 3500 },
  ],
  [
    '403 with a quota reason',
    { httpStatus: 403, status: 'PERMISSION_DENIED', reason: 'quotaExceeded' },
    { type: 'QUOTA', executed: false },
  ],
  [
    '403 with a quota reason, in the older form',
    { httpStatus: 403, reason: 'userRateLimitExceeded' },
    { type: 'QUOTA', executed: false },
  ],
  [
    '503 with a quota message',
    { httpStatus: 503, status: 'UNAVAILABLE', serverMessage: 'Quota exceeded for the current request' },
    { type: 'QUOTA' },
  ],
  [
    'the limit of running exports',
    { httpStatus: 429, serverMessage: 'Exceeded running export limit of 20 concurrent exports.' },
    { type: 'SLOT', on: 'slot', executed: false },
  ],
  [
    '404 in Google’s own form',
    { httpStatus: 404, status: 'NOT_FOUND' },
    { type: 'NOT_FOUND', pace: 'never' },
  ],
  [
    'a token endpoint that is down',
    { kind: 'network', origin: 'token', requestSent: false },
    { type: 'TRANSIENT', executed: false },
  ],
  [
    'a token endpoint that fails',
    { kind: 'token', origin: 'token', httpStatus: 503, requestSent: false },
    { type: 'TRANSIENT', executed: false },
  ],
  [
    'a token that is refused',
    { kind: 'token', origin: 'token', httpStatus: 400, bodyForm: 'oauth', requestSent: false },
    { type: 'CREDENTIAL', on: 'credential', pace: 'access', executed: false },
  ],
  [
    'a page instead of a token',
    { kind: 'token', origin: 'token', httpStatus: 408, bodyForm: 'html', requestSent: false },
    { type: 'TRANSIENT', executed: false },
  ],
  [
    'an argument that no server would take',
    {
      kind: 'misconfigured',
      origin: 'local',
      requestSent: false,
      request: { methodId: 'vault.operations.get', httpMethod: 'GET', path: '/v1/{+name}' },
    },
    { type: 'REFUSED', pace: 'never', executed: false },
  ],
])('%s', (_title, fields, expected) => {
  expect(failure(fields)).toMatchObject(expected);
});
