import type { gaxios } from 'google-auth-library';
import { boundedFetch } from '../http/bounded-fetch';
import { serverUrl } from './server-url';
import { readTokenAnswer } from './token-answer';

export const GOOGLE_TOKEN_URL = 'https://oauth2.googleapis.com/token';

/** What `token_uri` says in key files that Google issued, old and new. */
const GOOGLE_TOKEN_URLS = new Set([
  GOOGLE_TOKEN_URL,
  'https://accounts.google.com/o/oauth2/token',
  'https://www.googleapis.com/oauth2/v4/token',
]);

/** No token, assertion or refusal comes near. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** Where tokens are fetched from instead of Google; undefined when a key's `token_uri` is one of Google's. */
export function otherTokenUrl(url: unknown, allowHttp: boolean | undefined): URL | undefined {
  if (typeof url !== 'string' || url === '' || GOOGLE_TOKEN_URLS.has(url)) return undefined;
  return serverUrl('the token URL', url, allowHttp);
}

/**
 * The transport for google-auth-library.
 *
 * - The library ignores a key file's `token_uri` and always asks Google, so a stand-in's token endpoint is
 *   reached by sending to another address here. Whoever makes the assertion names that address as its audience.
 * - It reads answers without limit and believes what they say: here they are bounded, and decoded.
 * - Node's own fetch: the library's default is loaded by a dynamic import, which Jest cannot run.
 * - Its token request repeats a POST by itself unless the default says `retry: 0`. Retries belong to Temporal.
 */
export function tokenTransport(
  fetchImpl: typeof fetch,
  timeoutMs: number,
  tokenUrl: () => URL | undefined,
): gaxios.GaxiosOptions {
  const bounded = boundedFetch(fetchImpl, { timeoutMs, maxBytes: MAX_ANSWER_BYTES });
  const routed: typeof fetch = async (input, init) => {
    if (!(input instanceof URL && input.href === GOOGLE_TOKEN_URL)) return bounded(input, init);
    const response = await bounded(tokenUrl() ?? input, init);
    return response.ok ? Response.json(readTokenAnswer(await response.text())) : response;
  };
  return { fetchImplementation: routed, retryConfig: { retry: 0, noResponseRetries: 0 } };
}
