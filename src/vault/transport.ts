import { apiFault } from './api-fault';
import { AnswerRefusedError, readText } from '../http/body';
import { parseJsonText } from '../http/json-text';
import { OneAtATime } from '../http/one-at-a-time';
import { ANSWERED, callEndOf } from './call-observer';
import type { Authorization, VaultCredential } from './credential';
import { startDeadline, type Deadline } from '../http/deadline';
import type { Method, Service } from './method';
import { endedFault, networkFault } from './network-fault';
import { expandPath, type PathParams } from './path';
import { rootUrl } from './root-url';
import { tokenFault } from './token-fault';
import {
  DEFAULT_ROOT_URL,
  DEFAULT_STORAGE_URL,
  DEFAULT_TIMEOUT_MS,
  type CallOptions,
  type VaultClientConfig,
} from './vault-client-config';
import { misconfigured } from './vault-error';
import { malformed } from './wire';

/** A page of a hundred exports with a thousand files each stays below. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** No server takes a longer one. */
const MAX_URL_CHARS = 16 * 1024;

export interface RequestParts {
  params?: PathParams;
  query?: { readonly [name: string]: string | number | undefined };
  body?: unknown;
  headers?: { readonly [name: string]: string };
}

/** Sends each request exactly once: retries belong to one layer, Temporal. */
export interface Transport {
  /** The decoded JSON of a success, or undefined for an empty body. */
  send(method: Method, parts: RequestParts, call?: CallOptions): Promise<unknown>;
  /** A success whose body is still to be read; the caller clears the deadline. */
  open(method: Method, parts: RequestParts, call?: CallOptions): Promise<OpenResponse>;
}

export interface OpenResponse {
  response: Response;
  deadline: Deadline;
}

export function createTransport(config: VaultClientConfig, credential: VaultCredential): Transport {
  const fetchImpl = config.fetch ?? fetch;
  const roots = {
    vault: rootUrl('rootUrl', config.rootUrl ?? DEFAULT_ROOT_URL, config.allowHttp),
    storage: rootUrl('storageUrl', config.storageUrl ?? DEFAULT_STORAGE_URL, config.allowHttp),
  };
  const timeoutMs = config.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  // Of one client, and so of one tenant: whose server is broken keeps nobody else waiting.
  const largeBodies = new OneAtATime();

  async function open(method: Method, parts: RequestParts, call: CallOptions = {}): Promise<OpenResponse> {
    const url = urlOf(roots, method, parts);
    const deadline = startDeadline(call.timeoutMs ?? timeoutMs, call.signal, config.signal);
    try {
      const ended = deadline.ended();
      if (ended !== undefined) throw endedFault(method, ended, { origin: 'local', requestSent: false });
      const authorization = await authorize(credential, method, deadline);
      const init = requestInit(method, parts, authorization.headers, deadline.signal);
      const response = await fetchImpl(url, init).catch((error: unknown) => {
        throw networkFault(method, error, deadline, { origin: method.service, requestSent: 'unknown' });
      });
      // google-auth-library keeps a refused token until it expires, and would send it again.
      if (response.status === 401) authorization.drop();
      if (!response.ok) throw await apiFault(method, response);
      return { response, deadline };
    } catch (error) {
      deadline.clear();
      throw error;
    }
  }

  async function send(method: Method, parts: RequestParts, call?: CallOptions): Promise<unknown> {
    const { response, deadline } = await open(method, parts, call);
    let leave: (() => void) | undefined;
    const beforeLarge = async () => {
      leave = await largeBodies.enter(deadline.signal);
    };
    try {
      const text = await readText(response, MAX_BODY_BYTES, beforeLarge).catch((error: unknown) => {
        if (error instanceof AnswerRefusedError) throw malformed(method, error.message);
        throw networkFault(method, error, deadline, { origin: method.service, requestSent: true });
      });
      return parseJson(method, text);
    } finally {
      leave?.();
      deadline.clear();
    }
  }

  return { open: observed(open), send: observed(send) };

  function observed<R>(
    run: (method: Method, parts: RequestParts, call?: CallOptions) => Promise<R>,
  ): typeof run {
    const { onCall } = config;
    if (onCall === undefined) return run;
    return async (method, parts, call) => {
      const ended = onCall(method);
      try {
        const result = await run(method, parts, call);
        ended(ANSWERED);
        return result;
      } catch (error) {
        ended(callEndOf(error));
        throw error;
      }
    };
  }
}

/** Every failure to get a token is a VaultError, which keeps nothing of the credential. */
export async function authorize(
  credential: VaultCredential,
  method: Method,
  deadline: Deadline,
): Promise<Authorization> {
  try {
    // A token is shared by many calls, so one call's end must not abort its request: it only stops waiting.
    return await deadline.race(credential.authorize(method.service));
  } catch (error) {
    throw tokenFault(method, error, deadline);
  }
}

function requestInit(
  method: Method,
  parts: RequestParts,
  authorization: Headers,
  signal: AbortSignal,
): RequestInit {
  const headers = new Headers(authorization);
  headers.set('user-agent', 'vault-jobs');
  for (const [name, value] of Object.entries(parts.headers ?? {})) headers.set(name, value);
  // A redirect would be a second request, and could carry a query elsewhere.
  const init: RequestInit = { method: method.httpMethod, headers, signal, redirect: 'manual' };
  if (method.httpMethod === 'GET') return init;
  const text = parts.body === undefined ? '' : JSON.stringify(parts.body);
  if (parts.body !== undefined) headers.set('content-type', 'application/json');
  headers.set('content-length', String(Buffer.byteLength(text)));
  // Fetch sends by itself again what was answered with 421, unless the body can be read but once.
  // https://fetch.spec.whatwg.org/#http-network-or-cache-fetch
  return { ...init, body: new Blob([text]).stream(), duplex: 'half' };
}

function urlOf(roots: { [service in Service]: string }, method: Method, parts: RequestParts): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parts.query ?? {}))
    if (value !== undefined) query.set(name, String(value));
  const search = query.size > 0 ? `?${query.toString()}` : '';
  const url = `${roots[method.service]}${expandPath(method, parts.params ?? {})}${search}`;
  // An id or a page token may be a server's own, and as long as that liked it.
  if (url.length > MAX_URL_CHARS)
    throw misconfigured(`${method.methodId} cannot be asked at so long an address.`, method);
  return url;
}

function parseJson(method: Method, text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return parseJsonText(text);
  } catch (error) {
    if (error instanceof AnswerRefusedError) throw malformed(method, error.message);
    throw error;
  }
}
