import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import type { Authorization } from './authorization';

export interface IdentityProvider {
  issuer: string;
  audience: string;
  jwksUri?: string | undefined;
  emailDomain?: string | undefined;
}

/** Checks tokens that an identity provider signed. */
export interface IdentityTokens {
  check(token: string): Promise<Authorization>;
}

/** Signed with a private key: a shared secret would be one that this server could sign with, too. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const CLOCK_SKEW_S = 30;
const DISCOVERY_LIMIT_MS = 5_000;

/** A server of the provider does not answer, or not as it should: nobody can be let in until it does. */
export class IdentityProviderError extends Error {
  override readonly name = 'IdentityProviderError';
}

export function identityTokens(provider: IdentityProvider): IdentityTokens {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  const getKeys = async () => {
    keys ??= providerKeys(provider);
    try {
      return await keys;
    } catch (error) {
      // The next request asks again.
      keys = undefined;
      throw error;
    }
  };
  return {
    check: async (token) => {
      try {
        const { issuer, audience } = provider;
        const options = {
          issuer,
          audience,
          algorithms: ALGORITHMS,
          clockTolerance: CLOCK_SKEW_S,
          requiredClaims: ['exp', 'sub'],
        };
        const { payload } = await jwtVerify(token, await getKeys(), options);
        return admit(payload, provider.emailDomain);
      } catch (error) {
        if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError))
          throw new IdentityProviderError('the identity provider gives no keys', { cause: error });
        // The code alone: messages of some quote the token.
        return { type: 'REFUSED', why: error.code };
      }
    },
  };
}

function admit(claims: JWTPayload, domain: string | undefined): Authorization {
  const who = claims.sub ?? '';
  if (domain === undefined) return { type: 'ALLOWED', who };
  const { email, email_verified: verified } = claims;
  const isThere = typeof email === 'string' && email.toLowerCase().endsWith(`@${domain.toLowerCase()}`);
  return isThere && verified === true
    ? { type: 'ALLOWED', who }
    : { type: 'REFUSED', why: `${who} is not of the domain` };
}

async function providerKeys({ issuer, jwksUri }: IdentityProvider): Promise<JWTVerifyGetKey> {
  return createRemoteJWKSet(new URL(jwksUri ?? (await discover(issuer))));
}

/** https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig */
async function discover(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { signal: AbortSignal.timeout(DISCOVERY_LIMIT_MS), redirect: 'error' });
  return z.object({ issuer: z.literal(issuer), jwks_uri: z.url() }).parse(await response.json()).jwks_uri;
}
