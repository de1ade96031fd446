import { errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import type { Authorization } from './authorization';
import { IdentityProviderError, providerKeys } from './provider-keys';

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
        // The code alone: messages of some quote the token.
        if (error instanceof errors.JOSEError && !isOfKeys(error))
          return { type: 'REFUSED', why: error.code };
        if (error instanceof IdentityProviderError) throw error;
        throw new IdentityProviderError('the identity provider gives no usable keys', { cause: error });
      }
    },
  };
}

/** The library's errors about the keys themselves: no token can help it. */
function isOfKeys(error: errors.JOSEError): boolean {
  return (
    error instanceof errors.JWKInvalid ||
    error instanceof errors.JWKSInvalid ||
    error instanceof errors.JWKSTimeout
  );
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
