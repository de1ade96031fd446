import { parseErrorBody } from '../../src/vault/error-body';
import { parseProtoDuration, parseRetryAfter } from '../../src/vault/retry-after';

const parse = (body: unknown) => parseErrorBody(JSON.stringify(body));

describe('parseErrorBody', () => {
  it("reads status, reason, message and delay from Google's present form", () => {
    const body = {
      error: {
        code: 429,
        message: 'Quota exceeded.',
        status: 'RESOURCE_EXHAUSTED',
        details: [
          { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [] },
          { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'RATE_LIMIT_EXCEEDED' },
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '3.5s' },
        ],
      },
    };
    expect(parse(body)).toEqual({
      bodyForm: 'google',
      status: 'RESOURCE_EXHAUSTED',
      reason: 'RATE_LIMIT_EXCEEDED',
      serverMessage: 'Quota exceeded.',
      retryAfterMs: 3500,
    });
  });

  it('reads the reason from the legacy array where there are no details', () => {
    const errors = [
      { domain: 'global', reason: 'failedPrecondition', message: 'Precondition check failed.' },
    ];
    expect(parse({ error: { code: 400, errors, status: 'FAILED_PRECONDITION' } })).toMatchObject({
      bodyForm: 'google',
      status: 'FAILED_PRECONDITION',
      reason: 'failedPrecondition',
    });
  });

  it('prefers ErrorInfo to the legacy array', () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'NEW' }];
    expect(parse({ error: { errors: [{ reason: 'old' }], details } }).reason).toBe('NEW');
  });

  it('does not take the reason of another kind of detail', () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', reason: 'OTHER' }];
    expect(parse({ error: { details } }).reason).toBeUndefined();
  });

  it('reads an error that came in an array', () => {
    expect(parse([{ error: { status: 'NOT_FOUND' } }]).status).toBe('NOT_FOUND');
  });

  it('keeps what is readable beside fields of a wrong type', () => {
    const error = { status: 'INTERNAL', message: 7, details: ['x', null], errors: 'x' };
    expect(parse({ error })).toMatchObject({ bodyForm: 'google', status: 'INTERNAL' });
  });

  it("reads OAuth's form, in which the error is a string", () => {
    expect(parse({ error: 'invalid_grant', error_description: 'Invalid JWT' })).toEqual({
      bodyForm: 'oauth',
      reason: 'invalid_grant',
      serverMessage: 'Invalid JWT',
    });
  });

  it.each([
    ['<!DOCTYPE html><title>404</title>', 'html'],
    ['  \n', 'empty'],
    ['', 'empty'],
    ['No such object: bucket/secret-name', 'other'],
    ['"text"', 'other'],
    ['[]', 'other'],
    ['{"message":"no error in it"}', 'other'],
    ['{"error":', 'other'],
  ])('calls %j %s and keeps none of it', (text, bodyForm) => {
    expect(parseErrorBody(text)).toEqual({ bodyForm });
  });

  it('masks addresses and tokens in what a server repeats', () => {
    const message =
      'User <Ann.O+x@sub.example.com> (id:bob@example.com) sent Bearer abc.def and ya29.a0-_x and eyJhbGci.eyJpc3M.sig';
    expect(parse({ error: { message } }).serverMessage).toBe(
      'User <[address]> (id:[address]) sent [token] and [token] and [token]',
    );
  });

  it('cuts a long message, after masking, so that no half of an address is left', () => {
    const message = `${'x'.repeat(290)} ann@example.com ${'y'.repeat(100)}`;
    const { serverMessage } = parse({ error: { message } });
    expect(serverMessage).toHaveLength(300);
    expect(serverMessage).not.toContain('ann');
  });
});

describe('what a server writes where an enum is documented', () => {
  const HOSTILE = [
    'merger with acme',
    'ann@example.com',
    '\u001b[31mRED',
    'NOT_FOUND\nforged line',
    'NOT_FOUND ',
    '\u202eDNUOF_TON',
    'X'.repeat(64 * 1024),
    'projectTiger',
    'NOTFOUND\u0000',
    '',
  ];

  it.each(HOSTILE)('is dropped when it is %j', (text) => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: text }];
    expect(parse({ error: { status: text, details } })).toMatchObject({
      status: undefined,
      reason: undefined,
    });
    expect(parse({ error: { status: text, errors: [{ reason: text }] } }).reason).toBeUndefined();
    expect(parse({ error: text }).reason).toBeUndefined();
  });

  it('is dropped as a status where it is none of google.rpc.Code, whatever it looks like', () => {
    expect(parse({ error: { status: 'PROJECT_TIGER' } }).status).toBeUndefined();
  });

  it.each(['forbidden', 'rateLimitExceeded', 'SERVICE_DISABLED'])(
    'is kept when it is the reason %s',
    (reason) => {
      expect(parse({ error: { errors: [{ reason }] } }).reason).toBe(reason);
    },
  );
});

describe('a long message', () => {
  it('costs no more than its beginning', () => {
    const replaced = jest.spyOn(String.prototype, 'replace');
    parseErrorBody({ error: { message: `${'x'.repeat(200_000)}@example.com` } });
    const lengths = replaced.mock.contexts.map((text) => String(text).length);
    replaced.mockRestore();
    expect(lengths.length).toBeGreaterThan(0);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(2001);
  });

  it.each([
    `${'x '.repeat(995)}ann${'y'.repeat(50)}@example.com`,
    `${'a@b '.repeat(499)}ann@example.com`,
    `${'a@b '.repeat(498)} ann.of.a.long.name@example.com`,
    'ann@example.com'.repeat(200),
  ])('shows no half of an address at any of its cuts', (message) => {
    expect(parse({ error: { message } }).serverMessage).not.toContain('ann');
  });

  it('has no control characters, nothing that turns text around, and no address hidden in what is not seen', () => {
    const message = 'a\u001b[2Jb\r\nc\u202ed\u0000e ann\u200b@example.com \ud800';
    expect(parse({ error: { message } }).serverMessage).toBe('a [2Jb cd e [address] ');
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-24T00:00:00Z');

  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Tue, 24 Nov 2026 00:00:30 GMT', 30_000],
    ['Mon, 23 Nov 2026 00:00:00 GMT', 0],
    ['-5', undefined],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
  ])('reads %j as %j ms', (header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected);
  });

  it.each([
    ['3.5s', 3500],
    ['30s', 30_000],
    ['0.0004s', 0],
    ['30', undefined],
    ['-1s', undefined],
  ])('reads the duration %j as %j ms', (text, expected) => {
    expect(parseProtoDuration(text)).toBe(expected);
  });
});
