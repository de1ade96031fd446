import { METHODS } from '../../src/vault/method';
import { exportPageSchema, exportSchema } from '../../src/vault/export';
import { matterPageSchema, matterSchema } from '../../src/vault/matter';
import { operationPageSchema, operationSchema } from '../../src/vault/operation';
import { decode, emptySchema } from '../../src/vault/wire';
import { isVaultError } from '../../src/vault';

const readExport = (body: unknown) => decode(exportSchema, body, METHODS.getExport);
const readOperation = (body: unknown) => decode(operationSchema, body, METHODS.getOperation);
const readExportPage = (body: unknown) => decode(exportPageSchema, body, METHODS.listExports);
const readMatter = (body: unknown) => decode(matterSchema, body, METHODS.getMatter);
const countOf = (response: object) => readOperation({ name: 'operations/o', done: true, response }).count;
const accountOf = (email: string) => ({ email, displayName: 'x' });
const COUNT_TYPE = 'type.googleapis.com/google.apps.vault.v1.CountArtifactsResponse';

function messageOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (isVaultError(error) && error.kind === 'malformed-response') return error.message;
  }
  throw new Error('Expected a malformed-response');
}

describe('decoding an export', () => {
  const minimal = { id: 'e1', matterId: 'm1' };

  it('reads a finished export, int64 strings as numbers', () => {
    const md5 = 'D41D8CD98F00B204E9800998ECF8427E';
    const body = {
      ...minimal,
      name: 'acme',
      status: 'COMPLETED',
      createTime: '2026-11-23T21:10:00.123Z',
      parentExportId: 'e0',
      requester: { email: 'bot@example.com', displayName: 'Bot' },
      query: { corpus: 'MAIL', terms: 'secret' },
      stats: { exportedArtifactCount: '12', totalArtifactCount: 13, sizeInBytes: '987654321' },
      cloudStorageSink: {
        files: [
          { bucketName: 'b', objectName: 'm/e/a.zip', size: '1048576', md5Hash: md5 },
          { bucketName: 'b', objectName: 'base64', md5Hash: '1B2M2Y8AsgTpgAmY7PhCfg==' },
          { bucketName: 'b', objectName: 'neither', size: '0', md5Hash: 'crc32c' },
        ],
      },
      somethingNew: true,
    };
    const decoded = readExport(body);
    expect(decoded).toEqual({
      id: 'e1',
      matterId: 'm1',
      name: 'acme',
      status: 'COMPLETED',
      rawStatus: 'COMPLETED',
      createTime: '2026-11-23T21:10:00.123Z',
      parentExportId: 'e0',
      stats: { exportedArtifactCount: 12, totalArtifactCount: 13, sizeInBytes: 987654321 },
      files: [
        { bucketName: 'b', objectName: 'm/e/a.zip', size: 1048576, md5Hex: md5.toLowerCase() },
        { bucketName: 'b', objectName: 'base64', size: 0, md5Hex: md5.toLowerCase() },
        { bucketName: 'b', objectName: 'neither', size: 0 },
      ],
      requesterEmail: 'bot@example.com',
    });
    expect(JSON.parse(JSON.stringify(decoded))).toStrictEqual(decoded);
  });

  it('reads an export with everything left out that protobuf leaves out', () => {
    expect(readExport(minimal)).toStrictEqual({
      ...minimal,
      name: '',
      status: 'UNKNOWN',
      rawStatus: 'EXPORT_STATUS_UNSPECIFIED',
      stats: { exportedArtifactCount: 0, totalArtifactCount: 0, sizeInBytes: 0 },
      files: [],
    });
    expect(readExport({ ...minimal, stats: {}, cloudStorageSink: {}, requester: null })).toStrictEqual(
      readExport(minimal),
    );
  });

  it('keeps a status that it does not know, and takes it for no other', () => {
    expect(readExport({ ...minimal, status: 'CANCELLED' })).toMatchObject({
      status: 'UNKNOWN',
      rawStatus: 'CANCELLED',
    });
  });

  it.each([
    [{ ...minimal, id: 7 }, 'id'],
    [{ matterId: 'm1' }, 'id'],
    [{ ...minimal, matterId: '' }, 'matterId'],
    [{ ...minimal, parentExportId: 7 }, 'parentExportId'],
    [undefined, 'the body'],
    [[], 'the body'],
  ])('refuses %j and names %s', (body, field) => {
    expect(messageOf(() => readExport(body))).toBe(
      `MALFORMED_RESPONSE: in the answer to vault.matters.exports.get, ${field} is not what Vault documents.`,
    );
  });

  it.each(['12x', '9007199254740993', 1.5, -1, '-1', true, {}])('takes the number %j for none', (size) => {
    expect(
      readExport({ ...minimal, stats: { sizeInBytes: size, totalArtifactCount: '4' } }).stats,
    ).toStrictEqual({
      exportedArtifactCount: 0,
      totalArtifactCount: 4,
    });
  });

  it('counts a file of which something cannot be read, and reads the rest of it', () => {
    const files = [
      { bucketName: '', objectName: 'o', size: '7', md5Hash: 1 },
      { bucketName: 'b', size: -1 },
      'file',
      { bucketName: 'b', objectName: 'whole', size: '3' },
    ];
    expect(readExport({ ...minimal, status: 'COMPLETED', cloudStorageSink: { files } })).toMatchObject({
      status: 'COMPLETED',
      files: [
        { objectName: 'o', size: 7 },
        { bucketName: 'b' },
        {},
        { bucketName: 'b', objectName: 'whole', size: 3 },
      ],
    });
  });

  it.each(['+275760-09-13T00:00:00.000Z', '2026-13-45T00:00:00Z', 'yesterday', 1795813341664, {}])(
    'takes %j for no time',
    (createTime) => {
      expect(readExport({ ...minimal, createTime })).not.toHaveProperty('createTime');
    },
  );

  it('never ends by a status that is no text', () => {
    expect(readExport({ ...minimal, status: 2 })).toMatchObject({
      status: 'UNKNOWN',
      rawStatus: 'UNREADABLE',
    });
  });

  it('refuses a page that does not tell whose an export is, or whether there is more', () => {
    expect(() => readExportPage({ exports: [{ ...minimal, name: 7 }] })).toThrow('exports.0.name');
    expect(() => readExportPage({ exports: [{ name: 'n' }] })).toThrow('exports.0.id');
    expect(() => readExportPage({ exports: [], nextPageToken: 7 })).toThrow('nextPageToken');
    expect(() => readExportPage({ exports: {} })).toThrow('exports');
    expect(readExport({ ...minimal, name: 7 }).name).toBe('');
  });

  it('never repeats what stood in the field', () => {
    const body = { ...minimal, id: ['ann@example.com'] };
    expect(messageOf(() => readExport(body))).not.toContain('ann');
  });

  it('reads a page, and an empty token as the last one', () => {
    expect(readExportPage({})).toStrictEqual({ exports: [] });
    expect(readExportPage({ exports: [minimal], nextPageToken: '' })).toStrictEqual({
      exports: [readExport(minimal)],
    });
    expect(readExportPage({ nextPageToken: 'n' })).toStrictEqual({ exports: [], nextPageToken: 'n' });
  });
});

describe('decoding an operation', () => {
  it('reads an absent done as not done', () => {
    expect(readOperation({ name: 'operations/o' })).toStrictEqual({
      name: 'operations/o',
      done: false,
      hasResponse: false,
      metadata: {},
    });
  });

  it('reads an error with its rpc code, its message masked', () => {
    const error = { code: 1, message: 'Cancelled by ann@example.com', details: [] };
    expect(readOperation({ name: 'operations/o', done: true, error })).toMatchObject({
      done: true,
      hasResponse: false,
      error: { code: 1, message: 'Cancelled by [address]' },
    });
  });

  it('tells done with neither response nor error from the rest', () => {
    const operation = readOperation({ name: 'operations/o', done: true });
    expect(operation).toMatchObject({ done: true, hasResponse: false });
    expect(operation).not.toHaveProperty('error');
  });

  it('reads a count as numbers, with the failed accounts tallied and no address', () => {
    const operation = readOperation({
      name: 'operations/o',
      done: true,
      response: {
        '@type': COUNT_TYPE,
        totalCount: '42',
        mailCountResult: {
          queriedAccountsCount: '5',
          accountCounts: [{ account: accountOf('a@example.com'), count: '42' }],
          accountCountErrors: [
            { account: accountOf('b@example.com'), errorType: 'TOO_MANY_TERMS' },
            { account: accountOf('c@example.com'), errorType: 'SOMETHING_NEW' },
            { account: accountOf('d@example.com'), errorType: 'TOO_MANY_TERMS' },
            { account: accountOf('e@example.com') },
          ],
          nonQueryableAccounts: ['f@example.com'],
        },
      },
    });
    expect(operation.count).toStrictEqual({
      totalCount: 42,
      queriedAccountsCount: 5,
      matchingAccountsCount: 0,
      accountErrors: [
        { errorType: 'TOO_MANY_TERMS', count: 2 },
        { errorType: 'SOMETHING_NEW', count: 1 },
        { errorType: 'ERROR_TYPE_UNSPECIFIED', count: 1 },
      ],
      nonQueryableAccounts: 1,
    });
    expect(JSON.stringify(operation)).not.toContain('@example.com');
  });

  it('reads a groups count, and a total without any result', () => {
    expect(countOf({ groupsCountResult: { matchingAccountsCount: '3' }, totalCount: '9' })).toMatchObject({
      totalCount: 9,
      matchingAccountsCount: 3,
    });
    expect(countOf({ totalCount: '9' })).toStrictEqual({
      totalCount: 9,
      accountErrors: [],
      nonQueryableAccounts: 0,
    });
  });

  it('reads a count of nothing as zero when response or metadata say that it is a count', () => {
    const done = { name: 'operations/o', done: true };
    expect(readOperation({ ...done, response: { '@type': COUNT_TYPE } }).count?.totalCount).toBe(0);
    const metadata = { '@type': 'type.googleapis.com/google.apps.vault.v1.CountArtifactsMetadata' };
    expect(readOperation({ ...done, response: {}, metadata }).count?.totalCount).toBe(0);
  });

  it('never makes a zero of a response that is no count, nor of a missing one', () => {
    const done = { name: 'operations/o', done: true };
    const other = readOperation({ ...done, response: { '@type': 'x.Export', totalCount: '0' } });
    expect(other).toMatchObject({ hasResponse: true });
    for (const operation of [other, readOperation({ ...done, response: {} }), readOperation(done)])
      expect(operation).not.toHaveProperty('count');
  });

  it('keeps the metadata it knows, the query as it is, and nothing of a wrong type', () => {
    const query = { corpus: 'MAIL', accountInfo: { emails: ['a@example.com'] } };
    const metadata = {
      '@type': 't',
      matterId: 'm1',
      exportId: 'e1',
      startTime: '2026-11-23T21:10:00Z',
      endTime: 7,
      query,
      progress: 50,
    };
    expect(readOperation({ name: 'operations/o', metadata }).metadata).toStrictEqual({
      matterId: 'm1',
      exportId: 'e1',
      startTime: '2026-11-23T21:10:00Z',
      query,
    });
  });

  it.each([
    [{ done: true }, 'name'],
    [{ name: 'operations/o', done: 'true' }, 'done'],
    [{ name: 'operations/o', error: { code: 'CANCELLED' } }, 'error.code'],
    [{ name: 'operations/o', error: 'cancelled' }, 'error'],
  ])('refuses %j and names %s', (body, field) => {
    expect(messageOf(() => readOperation(body))).toContain(`, ${field} is not`);
  });

  it.each([
    { totalCount: 'many' },
    { totalCount: '-1' },
    { totalCount: '9', mailCountResult: 'five' },
    { totalCount: '9', mailCountResult: { accountCountErrors: 'some' } },
    { totalCount: '9', groupsCountResult: { nonQueryableAccounts: 3 } },
  ])('makes no number of %j, and knows that it has ended', (response) => {
    const read = readOperation({
      name: 'operations/o',
      done: true,
      response: { '@type': COUNT_TYPE, ...response },
    });
    expect(read).toMatchObject({ done: true, hasResponse: true });
    expect(read).not.toHaveProperty('count');
  });

  it('counts an account error that cannot be read', () => {
    const mailCountResult = { queriedAccountsCount: -3, accountCountErrors: [{ errorType: 7 }, 'error'] };
    expect(countOf({ totalCount: '9', mailCountResult })).toStrictEqual({
      totalCount: 9,
      matchingAccountsCount: 0,
      accountErrors: [
        { errorType: 'UNREADABLE', count: 1 },
        { errorType: 'ERROR_TYPE_UNSPECIFIED', count: 1 },
      ],
      nonQueryableAccounts: 0,
    });
  });

  it('finds an operation in a list by its name and metadata, however odd the rest and its neighbours are', () => {
    const metadata = { matterId: 'm1', exportId: 'e1', startTime: 7 };
    const operations = [
      { name: 'operations/o', done: 'yes', error: 7, metadata },
      { name: 'operations/p', metadata: [] },
    ];
    expect(decode(operationPageSchema, { operations }, METHODS.listOperations).operations).toMatchObject([
      { name: 'operations/o', done: false, metadata: { matterId: 'm1', exportId: 'e1' } },
      { name: 'operations/p', metadata: {} },
    ]);
  });

  it('reads a page of operations', () => {
    const body = { operations: [{ name: 'operations/o' }], nextPageToken: 'n', unreachable: ['x'] };
    expect(decode(operationPageSchema, body, METHODS.listOperations)).toStrictEqual({
      operations: [readOperation({ name: 'operations/o' })],
      nextPageToken: 'n',
    });
  });
});

describe('decoding a matter', () => {
  it.each(['OPEN', 'CLOSED', 'DELETED'])('knows the state %s', (state) => {
    expect(readMatter({ matterId: 'm', name: 'n', state, matterPermissions: [] })).toStrictEqual({
      matterId: 'm',
      name: 'n',
      state,
      rawState: state,
    });
  });

  it('keeps a state that it does not know', () => {
    expect(readMatter({ matterId: 'm', state: 'FROZEN' })).toMatchObject({
      state: 'UNKNOWN',
      rawState: 'FROZEN',
    });
    expect(readMatter({ matterId: 'm' })).toMatchObject({ state: 'UNKNOWN', rawState: 'STATE_UNSPECIFIED' });
  });

  it('reads a page without matters', () => {
    expect(decode(matterPageSchema, {}, METHODS.listMatters)).toStrictEqual({ matters: [] });
  });
});

describe('decoding an answer without content', () => {
  it.each([undefined, {}, { '@type': 'google.protobuf.Empty' }])('takes %j', (body) => {
    expect(decode(emptySchema, body, METHODS.cancelOperation)).toBeUndefined();
  });

  it.each([[[]], ['done'], [null], [true]])('refuses %j', (body) => {
    expect(messageOf(() => decode(emptySchema, body, METHODS.cancelOperation))).toContain('the body');
  });
});
