import { setTimeout as sleep } from 'node:timers/promises';
import { json, raw, startGoogleServer, type Answer } from './google-server';
import { failureOf, withVault } from './harness';

const NAME = 'operations/secret-name';

const hang: Answer = () => {};
const reset: Answer = (_request, response) => void response.destroy();
const status = (httpStatus: number, statusName: string) =>
  json(httpStatus, { error: { code: httpStatus, status: statusName, message: 'About ann@example.com' } });

describe('an error answer', () => {
  it('tells what the server said, without saying it in the message', () =>
    withVault(async ({ google, vault }) => {
      google.answer = status(501, 'UNIMPLEMENTED');
      const error = await failureOf(vault.cancelOperation(NAME));
      expect(error.message).toBe('UNIMPLEMENTED: vault.operations.cancel was answered with HTTP 501.');
      expect(error).toMatchObject({
        name: 'VaultError',
        kind: 'api',
        origin: 'vault',
        requestSent: true,
        httpStatus: 501,
        status: 'UNIMPLEMENTED',
        serverMessage: 'About [address]',
        bodyForm: 'google',
        request: {
          methodId: 'vault.operations.cancel',
          httpMethod: 'POST',
          path: '/v1/{name=operations/**}:cancel',
        },
      });
    }));

  it.each([
    ['html', raw(404, '<html>Not Found</html>', { 'content-type': 'text/html' }), 404],
    ['empty', raw(502, ''), 502],
    ['other', raw(503, 'upstream secret'), 503],
    ['oauth', json(401, { error: 'invalid_token' }), 401],
    ['other', raw(302, 'moved', { location: '/elsewhere' }), 302],
  ])('has body form %s and no status name where the server gave none', (bodyForm, answer, httpStatus) =>
    withVault(async ({ google, vault }) => {
      google.answer = answer;
      const error = await failureOf(vault.getOperation(NAME));
      expect(error).toMatchObject({ kind: 'api', bodyForm, httpStatus, status: undefined });
      expect(error.message).toBe(
        `HTTP_${httpStatus}: vault.operations.get was answered with HTTP ${httpStatus}.`,
      );
      expect(google.calls).toHaveLength(1);
    }),
  );

  it('takes the delay from RetryInfo before the one from Retry-After', () =>
    withVault(async ({ google, vault }) => {
      const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '2.5s' }];
      google.answer = json(429, { error: { details } }, { 'retry-after': '9' });
      expect((await failureOf(vault.getOperation(NAME))).retryAfterMs).toBe(2500);
      google.answer = json(429, { error: {} }, { 'retry-after': '9' });
      expect((await failureOf(vault.getOperation(NAME))).retryAfterMs).toBe(9000);
    }));

  it('is still that answer when its body breaks off', () =>
    withVault(async ({ google, vault }) => {
      google.answer = (_request, response) => {
        response.writeHead(500, { 'content-length': '1000' });
        response.write('{"error"');
        setTimeout(() => response.destroy(), 20);
      };
      expect(await failureOf(vault.getOperation(NAME))).toMatchObject({ kind: 'api', httpStatus: 500 });
    }));

  it.each([408, 429, 500, 501, 503])('with HTTP %i is not asked for again, whatever the method', (code) =>
    withVault(async ({ google, vault }) => {
      google.answer = status(code, 'X');
      await failureOf(vault.getOperation(NAME));
      await failureOf(vault.deleteOperation(NAME));
      await failureOf(vault.cancelOperation(NAME));
      await failureOf(vault.downloadObject('b', 'o'));
      expect(google.calls.map((call) => call.method)).toEqual(['GET', 'DELETE', 'POST', 'GET']);
    }),
  );

  it('never holds the operation name, a token or the body in anything that is logged', () =>
    withVault(async ({ google, vault }) => {
      google.answer = raw(500, 'tok-1 secret-name');
      const error = await failureOf(vault.getOperation(NAME));
      expect(`${error.stack}${JSON.stringify(error)}`).not.toMatch(/tok-1|secret-name/);
    }));
});

describe('a success that cannot be read', () => {
  it.each([
    ['the body is not JSON', raw(200, '<html>secret</html>')],
    ['the body is not JSON', raw(200, '{"name":"secret')],
    ['name is not what Vault documents', json(200, { name: 7 })],
    ['the body is not what Vault documents', raw(200, '')],
  ])('is malformed because %s', (what, answer) =>
    withVault(async ({ google, vault }) => {
      google.answer = answer;
      const error = await failureOf(vault.getOperation(NAME));
      expect(error).toMatchObject({ kind: 'malformed-response', requestSent: true });
      expect(error.message).toBe(`MALFORMED_RESPONSE: in the answer to vault.operations.get, ${what}.`);
      expect(`${error.stack}${JSON.stringify(error)}`).not.toContain('secret');
    }),
  );

  it('is a network failure of a request that was executed when the body breaks off', () =>
    withVault(async ({ google, vault }) => {
      google.answer = (_request, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{');
        setTimeout(() => response.destroy(), 20);
      };
      expect(await failureOf(vault.getOperation(NAME))).toMatchObject({
        kind: 'network',
        origin: 'vault',
        requestSent: true,
      });
    }));
});

describe('no answer', () => {
  it('leaves open whether the request was executed when the connection breaks', () =>
    withVault(async ({ google, vault }) => {
      google.answer = reset;
      const error = await failureOf(vault.cancelOperation(NAME));
      expect(error).toMatchObject({ kind: 'network', origin: 'vault', requestSent: 'unknown' });
      expect(error.reason).toBeDefined();
      expect(google.calls).toHaveLength(1);
    }));

  it('knows that nothing was sent when no connection came about', async () => {
    const closed = await startGoogleServer();
    await closed.close();
    await withVault(
      async ({ vault }) => {
        const error = await failureOf(vault.cancelOperation(NAME));
        expect(error).toMatchObject({ kind: 'network', reason: 'ECONNREFUSED', requestSent: false });
        expect(error.message).toBe(
          'ECONNREFUSED: vault.operations.cancel got no answer from the vault server.',
        );
      },
      { rootUrl: closed.url },
    );
  });

  it('knows that nothing was sent when the server has no address', () =>
    withVault(
      async ({ vault }) => {
        expect(await failureOf(vault.cancelOperation(NAME))).toMatchObject({
          kind: 'network',
          requestSent: false,
        });
      },
      { rootUrl: 'https://vault.invalid' },
    ));

  it('ends in a timeout after the time of the client', () =>
    withVault(
      async ({ google, vault }) => {
        google.answer = hang;
        expect(await failureOf(vault.getOperation(NAME))).toMatchObject({
          kind: 'timeout',
          origin: 'vault',
          requestSent: 'unknown',
        });
        expect(google.calls).toHaveLength(1);
      },
      { timeoutMs: 200 },
    ));

  it('ends in a timeout after the time of the call, where one is given', () =>
    withVault(async ({ google, vault }) => {
      google.answer = hang;
      const started = Date.now();
      expect((await failureOf(vault.getOperation(NAME, { timeoutMs: 200 }))).kind).toBe('timeout');
      expect(Date.now() - started).toBeLessThan(5000);
    }));

  it('ends in a timeout when the answer begins and does not end', () =>
    withVault(async ({ google, vault }) => {
      google.answer = (_request, response) => void response.write('{');
      expect(await failureOf(vault.getOperation(NAME, { timeoutMs: 200 }))).toMatchObject({
        kind: 'timeout',
        requestSent: true,
      });
    }));

  it('ends at once when the caller gives up', () =>
    withVault(async ({ google, vault }) => {
      google.answer = hang;
      const caller = new AbortController();
      const call = failureOf(vault.getOperation(NAME, { signal: caller.signal }));
      while (google.calls.length === 0) await sleep(5);
      caller.abort(new Error('secret'));
      const error = await call;
      expect(error).toMatchObject({ kind: 'aborted', requestSent: 'unknown' });
      expect(error.message).toBe('ABORTED: vault.operations.get was given up by its caller.');
    }));

  it('sends nothing for a caller who gave up before', () =>
    withVault(async ({ google, vault }) => {
      const error = await failureOf(vault.getOperation(NAME, { signal: AbortSignal.abort() }));
      expect(error).toMatchObject({ kind: 'aborted', requestSent: false });
      expect(google.calls.length + google.tokenCalls.length).toBe(0);
    }));

  it('leaves no listener on the signal of a caller who keeps it for long', () =>
    withVault(async ({ google, vault }) => {
      google.answer = json(200, { name: NAME });
      const { signal } = new AbortController();
      const added = jest.spyOn(signal, 'addEventListener');
      const removed = jest.spyOn(signal, 'removeEventListener');
      await vault.getOperation(NAME, { signal });
      google.answer = raw(500, '');
      await failureOf(vault.getOperation(NAME, { signal }));
      expect(added).toHaveBeenCalledTimes(2);
      for (const [type, listener] of added.mock.calls) expect(removed).toHaveBeenCalledWith(type, listener);
    }));
});

describe('a 401', () => {
  it('drops the token, so that the next call gets a new one, and is not repeated itself', () =>
    withVault(async ({ google, vault }) => {
      google.answer = status(401, 'UNAUTHENTICATED');
      expect(await failureOf(vault.getOperation(NAME))).toMatchObject({ kind: 'api', httpStatus: 401 });
      google.answer = json(200, { name: NAME });
      await vault.getOperation(NAME);
      await vault.getOperation(NAME);
      expect(google.calls.map((call) => call.headers.authorization)).toEqual([
        'Bearer tok-1',
        'Bearer tok-2',
        'Bearer tok-2',
      ]);
    }));

  it('that comes late does not drop the token that has replaced its own', () =>
    withVault(async ({ google, vault }) => {
      const unauthorized = status(401, 'UNAUTHENTICATED');
      const held: (() => void)[] = [];
      google.answer = (request, response) => void held.push(() => unauthorized(request, response));
      const late = failureOf(vault.getOperation(NAME));
      while (google.calls.length === 0) await sleep(5);
      google.answer = unauthorized;
      await failureOf(vault.getOperation(NAME));
      google.answer = json(200, { name: NAME });
      await vault.getOperation(NAME);
      held[0]?.();
      await late;
      await vault.getOperation(NAME);
      expect(google.tokenCalls).toHaveLength(2);
    }));

  it.each([403, 404])('is not a %i, which keeps the token', (code) =>
    withVault(async ({ google, vault }) => {
      google.answer = status(code, 'X');
      await failureOf(vault.getOperation(NAME));
      await failureOf(vault.getOperation(NAME));
      expect(google.tokenCalls).toHaveLength(1);
    }),
  );
});

describe('a token that cannot be had', () => {
  const skewed = {
    error: 'invalid_grant',
    error_description: 'Invalid JWT: Token must be a short-lived token (60 minutes) for ann@example.com',
  };

  it.each([
    [400, json(400, skewed), { reason: 'invalid_grant', bodyForm: 'oauth' }],
    [401, json(401, { error: 'unauthorized_client' }), { reason: 'unauthorized_client', bodyForm: 'oauth' }],
    [403, status(403, 'PERMISSION_DENIED'), { status: 'PERMISSION_DENIED', bodyForm: 'google' }],
    [503, raw(503, '<html>', { 'retry-after': '7' }), { bodyForm: 'html', retryAfterMs: 7000 }],
    [500, raw(500, ''), { bodyForm: 'empty' }],
  ])('with HTTP %i is a token failure, asked for once', (httpStatus, answer, fields) =>
    withVault(async ({ google, vault }) => {
      google.answerToken = answer;
      const error = await failureOf(vault.getOperation(NAME));
      expect(error).toMatchObject({
        kind: 'token',
        origin: 'token',
        requestSent: false,
        httpStatus,
        ...fields,
      });
      expect(google.tokenCalls).toHaveLength(1);
      expect(google.calls).toHaveLength(0);
    }),
  );

  it('keeps neither the assertion nor an address anywhere in the error', () =>
    withVault(async ({ google, vault }) => {
      google.answerToken = json(400, skewed);
      const error = await failureOf(vault.getOperation(NAME));
      expect(error.message).toBe('invalid_grant: the token server gave no token for vault.operations.get.');
      expect(error.serverMessage).toContain('Token must be a short-lived token');
      expect(error.cause).toBeUndefined();
      expect(`${error.stack}${JSON.stringify(error)}`).not.toMatch(/eyJ|ann@/);
    }));

  it('is a network failure of the token server when that breaks the connection, asked for once', () =>
    withVault(async ({ google, vault }) => {
      google.answerToken = reset;
      expect(await failureOf(vault.getOperation(NAME))).toMatchObject({
        kind: 'network',
        origin: 'token',
        requestSent: false,
        message: expect.stringContaining('got no answer from the token server'),
      });
      expect(google.tokenCalls).toHaveLength(1);
    }));

  it('is a timeout of the token server when that says nothing', () =>
    withVault(async ({ google, vault }) => {
      google.answerToken = hang;
      expect(await failureOf(vault.getOperation(NAME, { timeoutMs: 200 }))).toMatchObject({
        kind: 'timeout',
        origin: 'token',
        requestSent: false,
      });
      expect(google.calls).toHaveLength(0);
    }));

  it('is asked for again by the next call', () =>
    withVault(async ({ google, vault }) => {
      const { answerToken } = google;
      google.answerToken = raw(503, '');
      await failureOf(vault.getOperation(NAME));
      google.answerToken = answerToken;
      google.answer = json(200, { name: NAME });
      await expect(vault.getOperation(NAME)).resolves.toMatchObject({ name: NAME });
    }));

  it('is given up by one caller without being lost to another who waits for it too', () =>
    withVault(async ({ google, vault }) => {
      const { answerToken } = google;
      const held: (() => void)[] = [];
      google.answerToken = (request, response) => void held.push(() => answerToken(request, response));
      google.answer = json(200, { name: NAME });
      const caller = new AbortController();
      const gone = failureOf(vault.getOperation(NAME, { signal: caller.signal }));
      const patient = vault.getOperation(NAME);
      while (google.tokenCalls.length === 0) await sleep(5);
      caller.abort();
      expect((await gone).kind).toBe('aborted');
      held[0]?.();
      await expect(patient).resolves.toMatchObject({ name: NAME });
      expect(google.tokenCalls).toHaveLength(1);
    }));
});

it('never follows a redirect, which could carry a query to another server', async () => {
  const elsewhere = await startGoogleServer();
  try {
    await withVault(async ({ google, vault }) => {
      google.answer = raw(307, '', { location: `${elsewhere.url}/v1/matters` });
      const error = await failureOf(vault.countArtifacts('m1', { query: { terms: 'secret' } }));
      expect(error).toMatchObject({ kind: 'api', httpStatus: 307 });
      expect(elsewhere.calls).toHaveLength(0);
    });
  } finally {
    await elsewhere.close();
  }
});
