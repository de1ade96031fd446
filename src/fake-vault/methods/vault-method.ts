import type { QuotaCost } from '../../domain/vault-quota';
import type { Touched } from '../request-log';
import type { World } from '../state/world';
import type { Message } from '../wire/message-decoder';

/** One authenticated, decoded call. */
export interface VaultCall {
  readonly world: World;
  readonly subject: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: Message;
  /** For the log: what the call turned out to be about. */
  readonly touched: Touched;
}

export interface VaultMethod {
  /** As in the discovery document. */
  readonly id: string;
  /** The gRPC name behind it, which ErrorInfo metadata carries. */
  readonly rpc: string;
  readonly httpMethod: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** As in google.api.http: `/v1/{name=operations/**}:cancel`. */
  readonly template: string;
  readonly access: 'read' | 'write';
  readonly cost: QuotaCost;
  readonly query: Readonly<Record<string, string>>;
  /** The request's message, and the field of the request that holds it; `''` where it is the request itself. */
  readonly body?: { readonly message: string; readonly field: string };
  /** Gives the reply's body. */
  readonly run: (call: VaultCall) => object;
}

export const PAGE_QUERY = { pageSize: 'int32', pageToken: 'string' } as const;

/** A path parameter; templates and code are held together by the tests. */
export function param(call: VaultCall, name: string): string {
  const value = call.params[name];
  if (value === undefined) throw new Error(`The path has no parameter ${name}.`);
  return value;
}
