import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors } from 'jose';
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { boundedFetch } from '../http/bounded-fetch';
import { parseJsonText } from '../http/json-text';
import { addressFault } from '../http/server-address';

const ANSWER_BOUNDS = { timeoutMs: 5_000, maxBytes: 256 * 1024 };
/** While the provider is away its last keys count for so long: a shift of those who must read, and no longer. */
const KEPT_MS = 24 * 60 * 60_000;

/** A server of the provider does not answer, or not as it should: nobody can be let in until it does. */
export class IdentityProviderError extends Error {
  override readonly name = 'IdentityProviderError';
}

const keySetSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

export interface KeySource {
  issuer: string;
  jwksUri?: string | undefined;
}

/**
 * The provider's keys. When to ask for them again is the library's; what an answer may be is decided here. Whatever is
 * wrong with the provider is an `IdentityProviderError`, so that no fault of his looks like one of the token.
 */
export async function providerKeys({ issuer, jwksUri }: KeySource): Promise<JWTVerifyGetKey> {
  const url = jwksUri ?? (await discover(issuer));
  let last: { keys: JSONWebKeySet; at: number } | undefined;
  let isAway = false;
  const keepingFetch = async (address: string): Promise<Response> => {
    try {
      last = { keys: await askForKeys(address), at: Date.now() };
      isAway = false;
    } catch (cause) {
      isAway = true;
      if (last === undefined || Date.now() - last.at > KEPT_MS) throw noKeys(cause);
    }
    return Response.json(last.keys);
  };
  const remote = createRemoteJWKSet(new URL(url), { [customFetch]: keepingFetch });
  return async (header, token) => {
    try {
      return await remote(header, token);
    } catch (error) {
      // Its key may be one that the provider has made since.
      if (isAway && error instanceof errors.JWKSNoMatchingKey) throw noKeys(error);
      throw error;
    }
  };
}

async function askForKeys(url: string): Promise<JSONWebKeySet> {
  const keys = keySetSchema.parse(await askForJson(url));
  createLocalJWKSet(keys);
  return keys;
}

/** https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig */
async function discover(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  try {
    const { jwks_uri } = z
      .object({ issuer: z.literal(issuer), jwks_uri: z.string() })
      .parse(await askForJson(url));
    if (addressFault(jwks_uri) !== undefined) throw new Error('jwks_uri is not an https address');
    return jwks_uri;
  } catch (cause) {
    throw noKeys(cause);
  }
}

async function askForJson(url: string): Promise<unknown> {
  const ask = boundedFetch(fetch, ANSWER_BOUNDS);
  const response = await ask(url, { headers: { accept: 'application/json, application/jwk-set+json' } });
  if (response.status !== 200) throw new Error(`the provider answered with HTTP ${response.status}`);
  return parseJsonText(await response.text());
}

function noKeys(cause: unknown): IdentityProviderError {
  return new IdentityProviderError('the identity provider gives no keys', { cause });
}
