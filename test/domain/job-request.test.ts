import {
  countJobRequestSchema,
  explainIssues,
  exportJobDoorSchema,
  exportJobRequestSchema,
  operationJobDoorSchema,
  operationJobRequestSchema,
} from '../../src/domain/job-request';

const query = {
  corpus: 'MAIL',
  dataScope: 'ALL_DATA',
  method: 'ACCOUNT',
  accountInfo: { emails: ['a@example.com'] },
  terms: 'secret project',
};
const request = { matterId: 'm-1', source: { type: 'create', name: 'acme-mail', query } };

function problems(input: unknown): string {
  const parsed = exportJobRequestSchema.safeParse(input);
  return parsed.success ? 'none' : explainIssues(parsed.error);
}
const withQuery = (change: object) => ({
  ...request,
  source: { ...request.source, query: { ...query, ...change } },
});

it('fills in every default', () => {
  const parsed = exportJobRequestSchema.parse(request);
  expect(parsed).toMatchObject({ tenant: 'default', whenNotCancellable: 'keep-watching' });
  expect(parsed.limits.lastLimitMs).toBeGreaterThan(15 * 24 * 60 * 60 * 1000);
});

it('passes query fields on that it does not know', () => {
  const parsed = exportJobRequestSchema.parse(
    withQuery({ mailOptions: { excludeDrafts: true }, newField: 1 }),
  );
  expect(parsed.source).toMatchObject({ query: { mailOptions: { excludeDrafts: true }, newField: 1 } });
});

it.each<[string, unknown, RegExp]>([
  [
    'a name Vault cannot download',
    { ...request, source: { ...request.source, name: 'a:b' } },
    /source\.name/,
  ],
  ['a matter id with a path in it', { ...request, matterId: '../x' }, /matterId: must be a matter id/],
  ['an unknown corpus', withQuery({ corpus: 'EMAIL' }), /corpus: must be one of MAIL/],
  [
    'a method without its option',
    withQuery({ accountInfo: undefined }),
    /accountInfo: is required with method ACCOUNT/,
  ],
  ['an empty list of accounts', withQuery({ accountInfo: { emails: [] } }), /accountInfo: is required/],
  [
    'ENTIRE_ORG for drive',
    withQuery({ corpus: 'DRIVE', method: 'ENTIRE_ORG' }),
    /ENTIRE_ORG is for corpus MAIL/,
  ],
  [
    'an end before the start',
    withQuery({ startTime: '2026-02-01T00:00:00Z', endTime: '2026-01-01T00:00:00Z' }),
    /endTime: must be after startTime/,
  ],
  ['a time nobody can read', withQuery({ startTime: 'yesterday' }), /startTime: must be a time/],
  ['a field that does not exist', { ...request, matter: 'm' }, /matter/],
  [
    'an operation of another shape',
    { ...request, operationName: 'exportly-1' },
    /operationName: must be an operation/,
  ],
  ['a deadline of nothing', { ...request, limits: { deadlineMs: 0 } }, /deadlineMs/],
])('refuses %s', (_title, input, expected) => {
  expect(problems(input)).toMatch(expected);
});

it('never quotes terms or addresses in a refusal', () => {
  const text = problems(withQuery({ corpus: 'X', method: 'Y', startTime: 'secret project' }));
  expect(text).not.toMatch(/secret project|a@example\.com/);
});

it('counts mail and groups only', () => {
  const parsed = countJobRequestSchema.safeParse({ matterId: 'm', query: { ...query, corpus: 'DRIVE' } });
  expect(parsed.success).toBe(false);
});

it.each([
  ['operations/abc', true],
  ['operations/a/b', true],
  ['operations/', false],
  ['operations/../matters', false],
  ['abc', false],
])('takes %s for an operation name: %s', (operationName, valid) => {
  expect(operationJobRequestSchema.safeParse({ operationName }).success).toBe(valid);
});

describe('a new job', () => {
  const named = (name: string) => ({ ...request, source: { ...request.source, name } });

  it.each(['\u202E', '\u2066', '\u009B', '\u200B', '\uFEFF', '\u2028', '\uD800', '\u{E0041}'])(
    'may not have %j in a name, and one that runs already may',
    (char) => {
      expect(exportJobDoorSchema.safeParse(named(`a${char}b`)).error?.issues).toMatchObject([
        { path: ['source', 'name'], message: expect.stringContaining('cannot be seen') },
      ]);
      expect(exportJobRequestSchema.safeParse(named(`a${char}b`)).success).toBe(true);
    },
  );

  it.each(['\u202E', '\u009B', '\u0000', '\u001B', '\uD800'])('names no operation with %j', (char) => {
    expect(operationJobDoorSchema.safeParse({ operationName: `operations/a${char}` }).success).toBe(false);
  });

  it.each(['Müller & Söhne', '合併', '\u0645\u06CC\u200C\u062E\u0648', '👩\u200D⚖️', 'e\u0301'])(
    'may be named %s',
    (name) => {
      expect(exportJobDoorSchema.safeParse(named(name)).success).toBe(true);
    },
  );
});
