import type { CallObserver } from './call-observer';

export const DEFAULT_ROOT_URL = 'https://vault.googleapis.com';
export const DEFAULT_STORAGE_URL = 'https://storage.googleapis.com';
/** Google's library has no timeout of its own: a lost connection would hold a call for ever. */
export const DEFAULT_TIMEOUT_MS = 30_000;

export interface VaultClientConfig {
  rootUrl?: string;
  storageUrl?: string;
  /** Lets requests go over plain http to another machine: for stand-ins. */
  allowHttp?: boolean;
  /** For each call. A download may take longer as a whole, but not for the next piece of it. */
  timeoutMs?: number;
  /** Instead of Node's own fetch, for example one that goes through a proxy. */
  fetch?: typeof fetch;
  /** Gives up every call of the client, and those that come after. */
  signal?: AbortSignal;
  /** Told of each call, by method and answer alone: neither ids nor a query. */
  onCall?: CallObserver;
}

export interface CallOptions {
  signal?: AbortSignal;
  timeoutMs?: number;
}
