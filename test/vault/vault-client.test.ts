import { json, raw } from './google-server';
import { failureOf, withVault } from './harness';

const EXPORT = { id: 'e1', matterId: 'm1', name: 'n', status: 'IN_PROGRESS' };
const MATTER = { matterId: 'm1', name: 'Acme', state: 'OPEN' };
const OPERATION = { name: 'operations/o1' };

describe('VaultClient', () => {
  it('sends each method to the path that Google documents, once and as JSON', () =>
    withVault(async ({ google, vault }) => {
      const sent = async (answer: unknown, call: () => Promise<unknown>) => {
        google.answer = json(200, answer);
        await call();
        const { method, url, body } = google.calls.at(-1)!;
        return [method, url, body];
      };
      const query = { corpus: 'MAIL' };

      expect(await sent(MATTER, () => vault.createMatter({ name: 'Acme', description: 'd' }))).toEqual([
        'POST',
        '/v1/matters',
        '{"name":"Acme","description":"d"}',
      ]);
      expect(await sent(MATTER, () => vault.getMatter('m1'))).toEqual(['GET', '/v1/matters/m1', '']);
      expect(
        await sent({}, () => vault.listMatters({ state: 'OPEN', pageSize: 5, pageToken: 'a/b' })),
      ).toEqual(['GET', '/v1/matters?state=OPEN&pageSize=5&pageToken=a%2Fb', '']);
      expect(await sent(EXPORT, () => vault.createExport('m1', { name: 'n', query }))).toEqual([
        'POST',
        '/v1/matters/m1/exports',
        '{"name":"n","query":{"corpus":"MAIL"}}',
      ]);
      expect(await sent(EXPORT, () => vault.getExport('m1', 'e1'))).toEqual([
        'GET',
        '/v1/matters/m1/exports/e1',
        '',
      ]);
      expect(await sent({}, () => vault.listExports('m1', { pageToken: 't' }))).toEqual([
        'GET',
        '/v1/matters/m1/exports?pageToken=t',
        '',
      ]);
      expect(await sent({}, () => vault.deleteExport('m1', 'e1'))).toEqual([
        'DELETE',
        '/v1/matters/m1/exports/e1',
        '',
      ]);
      expect(await sent(OPERATION, () => vault.countArtifacts('m1', { query, view: 'ALL' }))).toEqual([
        'POST',
        '/v1/matters/m1:count',
        '{"query":{"corpus":"MAIL"},"view":"ALL"}',
      ]);
      expect(await sent(OPERATION, () => vault.getOperation('operations/o1'))).toEqual([
        'GET',
        '/v1/operations/o1',
        '',
      ]);
      expect(await sent({}, () => vault.listOperations({ filter: 'done=true' }))).toEqual([
        'GET',
        '/v1/operations?filter=done%3Dtrue',
        '',
      ]);
      expect(await sent({}, () => vault.cancelOperation('operations/o1'))).toEqual([
        'POST',
        '/v1/operations/o1:cancel',
        '',
      ]);
      expect(await sent({}, () => vault.deleteOperation('operations/o1'))).toEqual([
        'DELETE',
        '/v1/operations/o1',
        '',
      ]);
      expect(google.calls).toHaveLength(12);
      expect(google.tokenCalls).toHaveLength(1);
    }));

  it('sends a cancel without any body, as Google asks for', () =>
    withVault(async ({ google, vault }) => {
      await vault.cancelOperation('operations/o1');
      expect(google.calls[0]?.headers['content-length']).toBe('0');
      expect(google.calls[0]?.headers['content-type']).toBeUndefined();
    }));

  it('sends a change once, whatever it is answered', () =>
    withVault(async ({ google, vault }) => {
      const query = {};
      const changes = [
        () => vault.createExport('m1', { name: 'é', query }),
        () => vault.countArtifacts('m1', { query }),
        () => vault.cancelOperation('operations/o1'),
        () => vault.deleteExport('m1', 'e1'),
      ];
      for (const httpStatus of [408, 421, 425, 429, 500, 502, 503, 504]) {
        google.answer = raw(httpStatus, '');
        for (const change of changes) {
          google.calls.length = 0;
          expect((await failureOf(change())).httpStatus).toBe(httpStatus);
          expect(google.calls).toHaveLength(1);
        }
      }
    }));

  it('keeps the slashes of an operation name and encodes the rest of it', () =>
    withVault(async ({ google, vault }) => {
      await vault.cancelOperation('operations/a b/c:d%2Fe?f#g');
      expect(google.calls[0]?.url).toBe('/v1/operations/a%20b/c%3Ad%252Fe%3Ff%23g:cancel');
    }));

  it('encodes a slash in an id, so that an id is always one segment', () =>
    withVault(async ({ google, vault }) => {
      google.answer = json(200, { ...MATTER, matterId: 'm1/exports?x' });
      await vault.getMatter('m1/exports?x');
      expect(google.calls[0]?.url).toBe('/v1/matters/m1%2Fexports%3Fx');
    }));

  it('refuses an answer about another thing than it asked for', () =>
    withVault(async ({ google, vault }) => {
      const body = { query: {} };
      const wrong = async (answer: unknown, call: () => Promise<unknown>, field: string) => {
        google.answer = json(200, answer);
        const { kind, message } = await failureOf(call());
        expect(kind).toBe('malformed-response');
        expect(message).toContain(`${field} is not the one that was asked for`);
      };
      const counted = { ...OPERATION, metadata: { matterId: 'm2' } };
      await wrong(EXPORT, () => vault.getExport('m1', 'e2'), 'id');
      await wrong(EXPORT, () => vault.getExport('m2', 'e1'), 'matterId');
      await wrong({ exports: [EXPORT] }, () => vault.listExports('m2'), 'matterId');
      await wrong(EXPORT, () => vault.createExport('m2', { name: 'n', query: {} }), 'matterId');
      await wrong(MATTER, () => vault.getMatter('m2'), 'matterId');
      await wrong(OPERATION, () => vault.getOperation('operations/o2'), 'name');
      await wrong(counted, () => vault.countArtifacts('m1', body), 'matterId');
    }));

  it.each([
    '',
    'o1',
    'operations',
    'operations/',
    'operations/../x',
    'operations/.',
    'operations//x',
    'operations/\ud800',
  ])('refuses the operation name %j before anything is sent', (name) =>
    withVault(async ({ google, vault }) => {
      const error = await failureOf(vault.getOperation(name));
      expect(error).toMatchObject({ kind: 'misconfigured', origin: 'local', requestSent: false });
      expect(google.calls.length + google.tokenCalls.length).toBe(0);
    }),
  );

  it.each(['', '.', '..'])('refuses the id %j before anything is sent', (id) =>
    withVault(async ({ google, vault }) => {
      const call = [vault.getMatter(id), vault.deleteExport('m1', id), vault.downloadObject('b', id)];
      for (const error of await Promise.all(call.map(failureOf))) expect(error.kind).toBe('misconfigured');
      expect(google.calls).toHaveLength(0);
    }),
  );

  it.each([
    ['nothing', raw(200, '')],
    ['no content', raw(204, '')],
    ['an empty object', json(200, {})],
  ])('takes %s for the success of a cancel', (_name, answer) =>
    withVault(async ({ google, vault }) => {
      google.answer = answer;
      await expect(vault.cancelOperation('operations/o1')).resolves.toBeUndefined();
    }),
  );

  it('does not take the page of a proxy for the success of a cancel', () =>
    withVault(async ({ google, vault }) => {
      google.answer = raw(200, '<html>Please sign in</html>', { 'content-type': 'text/html' });
      const error = await failureOf(vault.cancelOperation('operations/o1'));
      expect(error).toMatchObject({ kind: 'malformed-response', requestSent: true });
    }));

  it('works below a path of the root URL', () =>
    withVault(async ({ google }) => {
      await withVault(
        async ({ vault }) => {
          await vault.deleteOperation('operations/o1');
          expect(google.calls[0]?.url).toBe('/proxy/v1/operations/o1');
        },
        { rootUrl: `${google.url}/proxy/` },
      );
    }));

  it.each(['', 'vault', 'ftp://vault'])('refuses %j as root URL', async (rootUrl) => {
    await expect(withVault(() => Promise.resolve(), { rootUrl })).rejects.toMatchObject({
      kind: 'misconfigured',
    });
  });
});
