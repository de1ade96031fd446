import { createPublicKey, verify } from 'node:crypto';
import { z } from 'zod';
import type { ServiceAccountKey } from './identity';
import { OAuthError } from './oauth-error';

const headerSchema = z.object({ alg: z.string(), kid: z.string().optional() });

const claimsSchema = z.object({
  iss: z.string(),
  aud: z.string(),
  iat: z.number(),
  exp: z.number(),
  sub: z.string().optional(),
  scope: z.string().optional(),
});

export interface Assertion {
  readonly subject?: string;
  readonly scopes: readonly string[];
}

/**
 * Google's own audience is right whatever host the request went to; Go's library takes the key's `token_uri`, and some
 * take the address that they ask.
 */
const GOOGLE_AUDIENCES = [
  'https://oauth2.googleapis.com/token',
  'https://accounts.google.com/o/oauth2/token',
];

const SKEW_SECONDS = 300;
const MAX_LIFETIME_SECONDS = 3600;

/** Checks a signed JWT as Google's token endpoint does, and says what it does in the same words. */
export function verifyAssertion(
  assertion: string,
  key: ServiceAccountKey,
  { nowMs, askedAt }: { nowMs: number; askedAt: string },
): Assertion {
  const [header, payload, signature, ...rest] = assertion.split('.');
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0)
    throw new OAuthError('invalid_request', 'Bad Request');
  const { alg, kid } = read(headerSchema, header);
  const claims = read(claimsSchema, payload);
  if (claims.iss !== key.client_email)
    throw new OAuthError('invalid_grant', 'Invalid grant: account not found');
  const isSigned =
    alg === 'RS256' &&
    (kid === undefined || kid === key.private_key_id) &&
    verify(
      'RSA-SHA256',
      Buffer.from(`${header}.${payload}`),
      createPublicKey(key.private_key),
      Buffer.from(signature, 'base64url'),
    );
  if (!isSigned) throw new OAuthError('invalid_grant', 'Invalid JWT Signature.');
  if (![...GOOGLE_AUDIENCES, key.token_uri, askedAt].includes(claims.aud))
    throw new OAuthError(
      'invalid_grant',
      `Invalid JWT: Failed audience check. The right audience is ${GOOGLE_AUDIENCES[0]}`,
    );
  checkTimes(claims, nowMs / 1000);
  const scopes = (claims.scope ?? '').split(' ').filter((scope) => scope !== '');
  return { scopes, ...(claims.sub !== undefined && { subject: claims.sub }) };
}

function checkTimes({ iat, exp }: { iat: number; exp: number }, now: number): void {
  const isReasonable =
    iat <= now + SKEW_SECONDS &&
    exp > now - SKEW_SECONDS &&
    exp > iat &&
    exp - iat <= MAX_LIFETIME_SECONDS + SKEW_SECONDS;
  if (!isReasonable)
    throw new OAuthError(
      'invalid_grant',
      'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. ' +
        'Check your iat and exp values in the JWT claim.',
    );
}

function read<T>(schema: z.ZodType<T>, part: string): T {
  try {
    return schema.parse(JSON.parse(Buffer.from(part, 'base64url').toString()));
  } catch {
    // Whatever is wrong with it, the answer is the same.
    throw new OAuthError('invalid_grant', 'Invalid JWT: Malformed claims');
  }
}

/** Whom an assertion asks to act for, believed or not: for the log, and to match faults. */
export function decodeJwtSubject(assertion: string): string | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString());
    return z.object({ sub: z.string() }).parse(claims).sub;
  } catch {
    // No assertion, or none with a subject.
    return undefined;
  }
}
