import type { BlockedOn } from '../src/domain/job-record';
import { isVaultError } from '../src/vault/vault-error';
import type { VaultError } from '../src/vault/vault-error';

export type FailureType =
  | 'TRANSIENT'
  | 'QUOTA'
  | 'SLOT'
  | 'ACCESS'
  | 'CREDENTIAL'
  | 'NOT_FOUND'
  | 'ALREADY_FINISHED'
  | 'UNIMPLEMENTED'
  | 'REFUSED';

/**
 * How long to wait before the same call is made again: `turn` until the queue for slots gives the job another,
 * `never` where asking again cannot help.
 */
export type Pace = 'backoff' | 'access' | 'turn' | 'never';

/** Why a remote call did not do what it should, and what that means. */
export interface Failure {
  type: FailureType;
  /** What the job is blocked on while this lasts. */
  on: BlockedOn;
  pace: Pace;
  /** Whether the server may have done what was asked all the same. */
  executed: false | 'unknown';
  retryAfterMs?: number;
  /** No second try is needed to know it. */
  isCertain?: true;
  /** One line for people, free of terms, addresses and tokens. */
  detail: string;
}

/** For privacy Google may say so of what a caller has no right to see. */
const NOT_THERE = 'It does not exist, or the worker’s Vault user may not see it.';

const MEANING: { [type in FailureType]: { on: BlockedOn; pace: Pace; executed: false | 'unknown' } } = {
  TRANSIENT: { on: 'vault', pace: 'backoff', executed: 'unknown' },
  QUOTA: { on: 'quota', pace: 'backoff', executed: false },
  SLOT: { on: 'slot', pace: 'turn', executed: false },
  ACCESS: { on: 'access', pace: 'access', executed: false },
  CREDENTIAL: { on: 'credential', pace: 'access', executed: false },
  NOT_FOUND: { on: 'vault', pace: 'never', executed: false },
  ALREADY_FINISHED: { on: 'vault', pace: 'never', executed: false },
  UNIMPLEMENTED: { on: 'vault', pace: 'never', executed: false },
  REFUSED: { on: 'vault', pace: 'never', executed: false },
};

/** The one failure table: every answer of Vault that is not a success, and what it means for a job. */
export function classifyFailure(error: VaultError): Failure {
  const type = failureType(error);
  const meaning = MEANING[type];
  return {
    type,
    ...meaning,
    ...(error.requestSent === false && { executed: false as const }),
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
    detail: type === 'NOT_FOUND' ? `${error.message} ${NOT_THERE}` : error.message,
  };
}

function failureType(error: VaultError): FailureType {
  switch (error.kind) {
    case 'network':
    case 'timeout':
    case 'aborted':
    case 'malformed-response':
      return 'TRANSIENT';
    case 'misconfigured':
      // With a request it is an argument that no server would take; without, the credential or an address.
      return error.request === undefined ? 'CREDENTIAL' : 'REFUSED';
    case 'token':
      // A token endpoint that is down heals by itself; one that refuses waits for a person.
      return error.httpStatus === undefined || error.httpStatus >= 500 || error.httpStatus === 429
        ? 'TRANSIENT'
        : 'CREDENTIAL';
    case 'api':
      return apiFailureType(error);
  }
}

/** Google's status decides; the HTTP status only where there is none: 400 alone stands for three of them. */
function apiFailureType(error: VaultError): FailureType {
  if (isRunningExportLimit(error)) return 'SLOT';
  if (isQuota(error)) return 'QUOTA';
  switch (error.status ?? statusOfHttp(error) ?? 'UNKNOWN') {
    case 'RESOURCE_EXHAUSTED':
      return 'QUOTA';
    case 'UNAUTHENTICATED':
      return 'CREDENTIAL';
    case 'PERMISSION_DENIED':
      return 'ACCESS';
    case 'NOT_FOUND':
      // Google's front end answers a wrong address with a page; only Vault's own JSON speaks of the resource.
      return error.bodyForm === 'google' ? 'NOT_FOUND' : 'TRANSIENT';
    case 'FAILED_PRECONDITION':
      return 'ALREADY_FINISHED';
    case 'UNIMPLEMENTED':
      return 'UNIMPLEMENTED';
    case 'INVALID_ARGUMENT':
    case 'OUT_OF_RANGE':
    case 'ALREADY_EXISTS':
      return 'REFUSED';
    default:
      return mayHeal(error) ? 'TRANSIENT' : 'REFUSED';
  }
}

/** ABORTED, 5xx, and a redirect: that one comes from something between us and Google. */
function mayHeal({ status, httpStatus = 500 }: VaultError): boolean {
  return status === 'ABORTED' || httpStatus === 409 || httpStatus >= 500 || httpStatus < 400;
}

const STATUS_OF_HTTP: { [httpStatus: number]: string } = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  501: 'UNIMPLEMENTED',
};

function statusOfHttp(error: VaultError): string | undefined {
  return error.httpStatus === undefined ? undefined : STATUS_OF_HTTP[error.httpStatus];
}

/** "Usually" a quota is a 429, says Google; 403 and 503 with a quota reason or message were seen too. */
function isQuota(error: VaultError): boolean {
  if (error.httpStatus !== 429 && error.httpStatus !== 403 && error.httpStatus !== 503) return false;
  return (
    error.httpStatus === 429 ||
    /^(rateLimitExceeded|userRateLimitExceeded|quotaExceeded|RATE_LIMIT_EXCEEDED|dailyLimitExceeded)$/.test(
      error.reason ?? '',
    ) ||
    /quota exceeded/i.test(error.serverMessage ?? '')
  );
}

/** Vault's cap of exports in progress: https://developers.google.com/workspace/vault/limits */
function isRunningExportLimit(error: VaultError): boolean {
  return /running export limit/i.test(error.serverMessage ?? '');
}

/** The failure behind an error of a Vault call; anything else is a fault of ours and is thrown on. */
export function failureOf(error: unknown): Failure {
  if (isVaultError(error)) return classifyFailure(error);
  throw error;
}

/** A read has nothing to give up: whatever it was refused for, the job goes on asking. */
export function asReadFailure(failure: Failure): Failure {
  return failure.pace === 'never' ? { ...failure, pace: 'backoff' } : failure;
}
