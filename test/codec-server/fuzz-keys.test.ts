import { createServer } from 'node:http';
import type { Server } from 'node:http';
import fc from 'fast-check';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { JWK } from 'jose';
import { identityTokens } from '../../src/codec-server/identity-token';
import { IdentityProviderError } from '../../src/codec-server/provider-keys';

/** 500 in CI; `FUZZ_RUNS=100000` by hand. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 500);
const LIMIT_MS = 60_000 + numRuns * 20;

let provider: Server;
let issuer: string;
let body: string;
let jwk: JWK;
let token: string;

beforeAll(async () => {
  provider = createServer((_request, response) => response.writeHead(200).end(body));
  await new Promise<void>((resolve) => void provider.listen(0, '127.0.0.1', resolve));
  const address = provider.address();
  issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const pair = await generateKeyPair('RS256');
  jwk = { ...(await exportJWK(pair.publicKey)), kid: 'a', alg: 'RS256' };
  token = await new SignJWT({ sub: 'jane' })
    .setProtectedHeader({ alg: 'RS256', kid: 'a' })
    .setIssuer(issuer)
    .setAudience('ui')
    .setExpirationTime('1h')
    .sign(pair.privateKey);
});
afterAll(() => {
  provider.closeAllConnections();
  provider.close();
});

const text = fc.oneof(
  fc.constantFrom('RSA', 'oct', 'EC', 'OKP', 'AQAB', 'a', 'RS256', 'none', 'HS256', 'enc', 'sig', ''),
  fc.string(),
);
const leaf = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.constant([]), fc.constant({}));
/** Our own key with parts of it changed, or anything. */
const key = fc.oneof(
  fc
    .record(
      { kty: leaf, n: leaf, e: leaf, kid: leaf, alg: leaf, use: leaf, k: leaf, crv: leaf },
      { requiredKeys: [] },
    )
    .map((change) => ({ ...change })),
  leaf,
);
const answer = fc.oneof(
  fc
    .tuple(fc.array(key, { maxLength: 4 }), fc.boolean())
    .map(([keys, changesOurs]) => ({ keys, changesOurs })),
  leaf.map((keys) => ({ keys, changesOurs: false })),
);

const nameOf = (error: unknown) => (error instanceof Error ? error.name : String(error));

it(
  'whatever a provider answers, nobody is let in but by its own unchanged key, and nothing else fails',
  async () => {
    await fc.assert(
      fc.asyncProperty(answer, fc.boolean(), async ({ keys, changesOurs }, withOurs) => {
        const others =
          Array.isArray(keys) && changesOurs
            ? keys.map((other) => Object.assign({ ...jwk }, other, { n: 'AQAB' }))
            : keys;
        const all = Array.isArray(others) && withOurs ? [...others, jwk] : others;
        body = JSON.stringify({ keys: all });
        const identities = identityTokens({ issuer, audience: 'ui', jwksUri: `${issuer}/keys` });
        const verdict = await identities.check(token).then(JSON.stringify, nameOf);
        const allowed = '{"type":"ALLOWED","who":"jane"}';
        const verdicts = withOurs
          ? [allowed, 'REFUSED', IdentityProviderError.name]
          : ['REFUSED', IdentityProviderError.name];
        expect(verdicts).toContain(verdict.startsWith('{"type":"REFUSED"') ? 'REFUSED' : verdict);
      }),
      { numRuns },
    );
  },
  LIMIT_MS,
);
