import * as fc from 'fast-check';
import { isJsonObject } from '../../src/domain/json';
import { exportPageSchema, exportSchema } from '../../src/vault/export';
import { matterPageSchema, matterSchema } from '../../src/vault/matter';
import { METHODS } from '../../src/vault/method';
import { operationPageSchema, operationSchema } from '../../src/vault/operation';
import { decode } from '../../src/vault/wire';
import { isVaultError } from '../../src/vault';

const RUNS = { numRuns: 500 };
const COUNT = 'type.googleapis.com/google.apps.vault.v1.CountArtifactsResponse';

const EXPORT = {
  id: 'e1',
  matterId: 'm1',
  name: 'acme-vj1',
  status: 'COMPLETED',
  createTime: '2026-11-23T21:10:00.123Z',
  stats: { exportedArtifactCount: '12', totalArtifactCount: '13', sizeInBytes: '9' },
  cloudStorageSink: { files: [{ bucketName: 'b', objectName: 'o', size: '9', md5Hash: 'x' }] },
  requester: { email: 'bot@example.com' },
};
const OPERATION = {
  name: 'operations/o',
  done: true,
  metadata: { '@type': 't', matterId: 'm1', exportId: 'e1', startTime: '2026-11-23T21:10:00Z' },
  response: { '@type': COUNT, totalCount: '42', mailCountResult: { queriedAccountsCount: '5' } },
};
const MATTER = { matterId: 'm1', name: 'Acme', state: 'OPEN' };

const DECODERS = {
  export: { schema: exportSchema, method: METHODS.getExport, body: EXPORT },
  'page of exports': { schema: exportPageSchema, method: METHODS.listExports, body: { exports: [EXPORT] } },
  operation: { schema: operationSchema, method: METHODS.getOperation, body: OPERATION },
  'page of operations': {
    schema: operationPageSchema,
    method: METHODS.listOperations,
    body: { operations: [OPERATION] },
  },
  matter: { schema: matterSchema, method: METHODS.getMatter, body: MATTER },
  'page of matters': { schema: matterPageSchema, method: METHODS.listMatters, body: { matters: [MATTER] } },
};

/** With another value where the path leads. */
function withOdd(body: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(body)) {
    return body.map((item: unknown, index) => (String(index) === key ? withOdd(item, rest, value) : item));
  }
  if (!isJsonObject(body)) throw new Error(`There is no ${key}`);
  return { ...body, [key]: withOdd(body[key], rest, value) };
}

const odd = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(-1, '-1', 1.5, '1e9', '', '+275760-09-13T00:00:00.000Z', 'NaN', 0, null, [], {}, [{}]),
);

/** What names the thing, or tells how it stands, and what it then says. Everything else is only worth itself. */
const SPOILABLE = {
  export: [
    'name',
    'createTime',
    'stats',
    'stats.exportedArtifactCount',
    'stats.sizeInBytes',
    'cloudStorageSink',
    'cloudStorageSink.files',
    'cloudStorageSink.files.0',
    'cloudStorageSink.files.0.bucketName',
    'cloudStorageSink.files.0.size',
    'requester',
    'requester.email',
  ],
  operation: [
    'metadata',
    'metadata.matterId',
    'metadata.startTime',
    'response.totalCount',
    'response.mailCountResult',
    'response.mailCountResult.queriedAccountsCount',
  ],
  matter: ['name', 'state'],
} as const;

describe.each(['export', 'operation', 'matter'] as const)('a field of an %s', (kind) => {
  it.each(SPOILABLE[kind])('%s may be anything, and the rest is read all the same', (path) => {
    const { schema, method, body } = DECODERS[kind];
    const [field] = path.split('.');
    fc.assert(
      fc.property(odd, (value) => {
        const read = fieldsOf(decode<object>(schema, withOdd(body, path.split('.'), value), method));
        const whole = fieldsOf(decode<object>(schema, body, method));
        const core = CORE[kind].filter((key) => key !== field);
        expect(core.map((key) => read.get(key))).toEqual(core.map((key) => whole.get(key)));
      }),
      RUNS,
    );
  });
});

const CORE = {
  export: ['id', 'matterId', 'status', 'rawStatus'],
  operation: ['name', 'done', 'hasResponse'],
  matter: ['matterId'],
} as const;

describe.each(Object.entries(DECODERS))('any %s', (_kind, { schema, method, body }) => {
  it('is read or refused as malformed, whatever it is, and nothing else happens', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.constant(body)),
        odd,
        fc.constantFrom(...pathsOf(body)),
        (any, value, path) => {
          const answers = [any, withOdd(body, path, value)];
          const fates = answers.map((answer) => fateOf(() => decode<unknown>(schema, answer, method)));
          expect(['read', 'malformed-response']).toEqual(expect.arrayContaining(fates));
        },
      ),
      RUNS,
    );
  });
});

it('never reads an export as ended unless its own status says so', () => {
  fc.assert(
    fc.property(odd, (status) => {
      const { status: read } = decode(exportSchema, { ...EXPORT, status }, METHODS.getExport);
      expect(['COMPLETED', 'FAILED'].includes(read)).toBe(status === 'COMPLETED' || status === 'FAILED');
    }),
    RUNS,
  );
});

it('never reads an operation as done, cancelled or counted by a value that does not say so', () => {
  fc.assert(
    fc.property(odd, odd, odd, (done, code, totalCount) => {
      const body = { name: 'operations/o', done, error: { code }, response: { '@type': COUNT, totalCount } };
      let read;
      try {
        read = decode(operationSchema, body, METHODS.getOperation);
      } catch {
        return;
      }
      expect(read.done).toBe(done === true);
      expect(read.error?.code === 1).toBe(code === 1);
      expect(read.count?.totalCount ?? 0).toBeGreaterThanOrEqual(0);
    }),
    RUNS,
  );
});

function fateOf(read: () => unknown): string {
  try {
    read();
    return 'read';
  } catch (error) {
    return isVaultError(error) ? error.kind : String(error);
  }
}

function fieldsOf(decoded: object): Map<string, unknown> {
  return new Map(Object.entries(decoded));
}

function pathsOf(body: unknown): string[][] {
  if (typeof body !== 'object' || body === null) return [[]];
  return [
    [],
    ...Object.entries(body).flatMap(([key, value]) => pathsOf(value).map((path) => [key, ...path])),
  ];
}
