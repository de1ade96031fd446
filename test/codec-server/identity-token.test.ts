import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey, JWTPayload } from 'jose';
import { authorize } from '../../src/codec-server/authorization';
import { identityTokens } from '../../src/codec-server/identity-token';
import { IdentityProviderError } from '../../src/codec-server/provider-keys';

const AUDIENCE = 'temporal-ui';
let provider: Server;
let issuer: string;
let signing: CryptoKey;
let isDown = false;

/** A real identity provider as far as anybody asks here: discovery and keys over HTTP. */
beforeAll(async () => {
  const pair = await generateKeyPair('RS256');
  signing = pair.privateKey;
  const jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'a', alg: 'RS256' }] };
  provider = createServer((request, response) => {
    const bodies: Record<string, object> = {
      '/.well-known/openid-configuration': { issuer, jwks_uri: `${issuer}/keys` },
      '/keys': jwks,
    };
    const body = isDown ? undefined : bodies[request.url ?? ''];
    response
      .writeHead(body ? 200 : 503, { 'content-type': 'application/json' })
      .end(JSON.stringify(body ?? {}));
  });
  await new Promise<void>((resolve) => void provider.listen(0, '127.0.0.1', resolve));
  const address = provider.address();
  issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(() => {
  provider.closeAllConnections();
  provider.close();
});

const jane = { sub: 'jane', email: 'jane@example.com', email_verified: true };

async function token(
  claims: JWTPayload = jane,
  change: Partial<Record<'issuer' | 'audience' | 'expires', string>> = {},
  key = signing,
) {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: 'a' })
    .setIssuer(change.issuer ?? issuer)
    .setAudience(change.audience ?? AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(change.expires ?? '5m')
    .sign(key);
}

async function ask(bearer: string, options: { emailDomain?: string; extras?: string } = {}) {
  const identities = identityTokens({ issuer, audience: AUDIENCE, emailDomain: options.emailDomain });
  const extras = options.extras === undefined ? {} : { 'authorization-extras': options.extras };
  return authorize({ authorization: `Bearer ${bearer}`, ...extras }, { identities });
}

it('lets in who signed in for this audience', async () => {
  expect(await ask(await token())).toEqual({ type: 'ALLOWED', who: 'jane' });
});

it('takes the id token where the access token is not one to read', async () => {
  expect(await ask('opaque-access-token', { extras: await token() })).toMatchObject({ type: 'ALLOWED' });
});

it('refuses a token of another issuer, audience, time or key', async () => {
  const { privateKey: foreign } = await generateKeyPair('RS256');
  const [head, claims] = (await token()).split('.');
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`;
  const tokens = [
    await token(jane, { issuer: 'https://accounts.example.com' }),
    await token(jane, { audience: 'another' }),
    await token(jane, { expires: '-2m' }),
    await token(jane, {}, foreign),
    await token({}),
    unsigned,
    `${head}.${claims}.`,
    'garbage',
  ];
  const answers = await Promise.all(tokens.map((text) => ask(text)));
  expect(answers.map(({ type }) => type)).toEqual(tokens.map(() => 'REFUSED'));
  expect(JSON.stringify(answers)).not.toMatch(/jane@|eyJ/);
});

it('with a domain, lets in only verified addresses there', async () => {
  const emailDomain = 'example.com';
  expect(await ask(await token(), { emailDomain })).toMatchObject({ type: 'ALLOWED' });
  for (const claims of [
    { ...jane, email: 'jane@notexample.com' },
    { ...jane, email: 'jane@example.com.evil.org' },
    { ...jane, email_verified: false },
    { sub: 'jane' },
  ]) {
    expect(await ask(await token(claims), { emailDomain })).toMatchObject({ type: 'REFUSED' });
  }
});

it('lets nobody in while the provider gives no keys, and asks again', async () => {
  const identities = identityTokens({ issuer, audience: AUDIENCE });
  const headers = { authorization: `Bearer ${await token()}` };
  isDown = true;
  await expect(authorize(headers, { identities })).rejects.toThrow(IdentityProviderError);
  isDown = false;
  expect(await authorize(headers, { identities })).toMatchObject({ type: 'ALLOWED' });
});
