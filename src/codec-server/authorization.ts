import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { IdentityTokens } from './identity-token';

/** Who may decrypt. Without any of the two, nobody. */
export interface Authorities {
  /** For command lines and scripts. */
  token?: string | undefined;
  /** For people who signed in to the Temporal UI. */
  identities?: IdentityTokens | undefined;
}

/** `who` is for the log: the identity provider's own id of a person, never an address. */
export type Authorization = { type: 'ALLOWED'; who: string } | { type: 'REFUSED'; why: string };

/**
 * Checks the bearer token. The Temporal UI sends the access token there, and the id token beside it: some
 * providers' access tokens, Google's for one, can be read by themselves alone.
 */
export async function authorize(
  headers: IncomingHttpHeaders,
  { token, identities }: Authorities,
): Promise<Authorization> {
  const bearer = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
  const extras = headers['authorization-extras'];
  if (bearer === undefined) return { type: 'REFUSED', why: 'no bearer token' };
  if (token !== undefined && isSame(bearer, token)) return { type: 'ALLOWED', who: 'token' };
  if (identities === undefined) return { type: 'REFUSED', why: 'not the token' };
  const answer = await identities.check(bearer);
  return answer.type === 'REFUSED' && typeof extras === 'string' ? identities.check(extras) : answer;
}

/** In the same time, however much of it is right. */
function isSame(given: string, wanted: string): boolean {
  const [a, b] = [given, wanted].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
