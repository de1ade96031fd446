import { heededWaitMs } from '../domain/delay';

/**
 * What went wrong, by nature. Where it went wrong is `origin`: a token endpoint that is down is `network` with
 * origin `token`, one that refuses the credential is `token`. Without a key, IAM (`iam`) signs for whom the
 * `source` credential names.
 */
export type VaultErrorKind =
  'api' | 'token' | 'network' | 'timeout' | 'aborted' | 'malformed-response' | 'misconfigured';

export type VaultErrorOrigin = 'vault' | 'storage' | 'token' | 'source' | 'iam' | 'local';

/** Google's own form, OAuth's (`error` is a string), a front end's page, nothing, or anything else. */
export type BodyForm = 'google' | 'oauth' | 'html' | 'empty' | 'other';

/** Which call failed, without the ids and the query that it was made with. */
export interface VaultRequest {
  readonly methodId: string;
  readonly httpMethod: string;
  readonly path: string;
}

export interface VaultErrorFields {
  kind: VaultErrorKind;
  origin: VaultErrorOrigin;
  /** Whether the Vault or storage request itself can have been executed. */
  requestSent: boolean | 'unknown';
  request?: VaultRequest | undefined;
  httpStatus?: number | undefined;
  status?: string | undefined;
  reason?: string | undefined;
  serverMessage?: string | undefined;
  retryAfterMs?: number | undefined;
  bodyForm?: BodyForm | undefined;
}

/** The one error this layer throws. Its message never holds what a server or a caller wrote. */
export class VaultError extends Error {
  override readonly name = 'VaultError';
  readonly kind: VaultErrorKind;
  readonly origin: VaultErrorOrigin;
  readonly requestSent: boolean | 'unknown';
  readonly request: VaultRequest | undefined;
  readonly httpStatus: number | undefined;
  /** google.rpc status name, for example `FAILED_PRECONDITION`; only where the server gave one. */
  readonly status: string | undefined;
  /** ErrorInfo or legacy reason, OAuth error code, or the system's error code. */
  readonly reason: string | undefined;
  /** Cut and masked, yet still the server's words: for people with access, not for logs. */
  readonly serverMessage: string | undefined;
  /** As far as it is heeded: finite, and at most an hour. */
  readonly retryAfterMs: number | undefined;
  readonly bodyForm: BodyForm | undefined;

  constructor(message: string, fields: VaultErrorFields, options?: ErrorOptions) {
    super(message, options);
    this.kind = fields.kind;
    this.origin = fields.origin;
    this.requestSent = fields.requestSent;
    this.request = fields.request;
    this.httpStatus = fields.httpStatus;
    this.status = fields.status;
    this.reason = fields.reason;
    this.serverMessage = fields.serverMessage;
    this.retryAfterMs = fields.retryAfterMs === undefined ? undefined : heededWaitMs(fields.retryAfterMs);
    this.bodyForm = fields.bodyForm;
  }
}

/** Narrows what a catch clause holds. */
export function isVaultError(error: unknown): error is VaultError {
  return error instanceof VaultError;
}

/** A fault of the configuration or of an argument, found before anything was sent. */
export function misconfigured(sentence: string, request?: VaultRequest): VaultError {
  return new VaultError(`MISCONFIGURED: ${sentence}`, {
    kind: 'misconfigured',
    origin: 'local',
    requestSent: false,
    request,
  });
}
