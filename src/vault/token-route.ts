import type { gaxios } from 'google-auth-library';
import { misconfigured } from './vault-error';

export const GOOGLE_TOKEN_URL = 'https://oauth2.googleapis.com/token';

/** What `token_uri` says in key files that Google issued, old and new. */
const GOOGLE_TOKEN_URLS = new Set([
  GOOGLE_TOKEN_URL,
  'https://accounts.google.com/o/oauth2/token',
  'https://www.googleapis.com/oauth2/v4/token',
]);

/** Where tokens are fetched from instead of Google; undefined when a key's `token_uri` is one of Google's. */
export function otherTokenUrl(url: unknown): URL | undefined {
  if (typeof url !== 'string' || url === '' || GOOGLE_TOKEN_URLS.has(url)) return undefined;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol))
    throw misconfigured('the token URL is not an http or https address.');
  return parsed;
}

/**
 * The transport for google-auth-library.
 *
 * - The library ignores a key file's `token_uri` and always asks Google, so a stand-in's token endpoint is
 *   reached by redirecting that one address here. The assertion's `aud` stays Google's.
 * - Node's own fetch: the library's default is loaded by a dynamic import, which Jest cannot run.
 * - Its token request repeats a POST by itself unless the default says `retry: 0`. Retries belong to Temporal.
 */
export function tokenTransport(
  fetchImpl: typeof fetch,
  timeoutMs: number,
  tokenUrl: () => URL | undefined,
): gaxios.GaxiosOptions {
  const routed: typeof fetch = (input, init) => {
    const isGoogle = input instanceof URL && input.href === GOOGLE_TOKEN_URL;
    return fetchImpl(isGoogle ? (tokenUrl() ?? input) : input, init);
  };
  return {
    fetchImplementation: routed,
    timeout: timeoutMs,
    retryConfig: { retry: 0, noResponseRetries: 0 },
  };
}
