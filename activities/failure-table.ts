import type { BlockedOn } from '../src/domain/job-record';
import { RPC_STATUSES } from '../src/domain/rpc-status';
import type { RpcStatus } from '../src/domain/rpc-status';
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

/**
 * The one failure table: every answer of Vault that is not a success, and what it means for a job. An answer that
 * is not in it says nothing of what became of the request. `docs/answers.md` is this table for readers.
 */
export function classifyFailure(error: VaultError): Failure {
  const type = failureType(error);
  const meaning = MEANING[type];
  return {
    type,
    ...meaning,
    ...(isHearsay(error) && { executed: 'unknown' as const }),
    ...(error.requestSent === false && { executed: false as const }),
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
    detail: type === 'NOT_FOUND' ? `${error.message} ${NOT_THERE}` : error.message,
  };
}

/** An answer that is not Google's own: something between us and Google speaks, and cannot know what Vault did. */
function isHearsay(error: VaultError): boolean {
  if (error.kind !== 'api' || googleStatus(error) !== undefined) return false;
  // Older bodies of Google's have no status, and name the limit all the same.
  return !hasQuotaReason(error) && !isRunningExportLimit(error);
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
      return isRefusedToken(error) ? 'CREDENTIAL' : 'TRANSIENT';
    case 'api':
      return apiFailureType(error);
  }
}

/** A token endpoint that is down, or out of reach behind a proxy, heals by itself; one that refuses waits for a person. */
function isRefusedToken({ httpStatus, bodyForm }: VaultError): boolean {
  if (httpStatus === undefined || httpStatus >= 500 || httpStatus === 429) return false;
  return bodyForm === 'oauth' || bodyForm === 'google' || httpStatus === 401 || httpStatus === 403;
}

/** Google's own status decides; the HTTP status sets the pace only: 400 alone stands for three of them. */
function apiFailureType(error: VaultError): FailureType {
  if (isRunningExportLimit(error)) return 'SLOT';
  if (isQuota(error)) return 'QUOTA';
  const status = googleStatus(error);
  switch (status) {
    case undefined:
      return paceOfHttp(error.httpStatus);
    case 'RESOURCE_EXHAUSTED':
      return 'QUOTA';
    case 'UNAUTHENTICATED':
      return 'CREDENTIAL';
    case 'PERMISSION_DENIED':
      return 'ACCESS';
    case 'NOT_FOUND':
    case 'UNIMPLEMENTED':
      return status;
    case 'FAILED_PRECONDITION':
      return 'ALREADY_FINISHED';
    case 'INVALID_ARGUMENT':
    case 'OUT_OF_RANGE':
      return 'REFUSED';
    // Names bear the job's marker: what exists already is what a create of this job made, and is looked for.
    case 'ALREADY_EXISTS':
    case 'ABORTED':
    case 'CANCELLED':
    case 'DATA_LOSS':
    case 'DEADLINE_EXCEEDED':
    case 'INTERNAL':
    case 'UNAVAILABLE':
    case 'UNKNOWN':
      return 'TRANSIENT';
  }
}

/** The google.rpc status in Google's own body; only that speaks of the resource and of what was done. */
function googleStatus({ bodyForm, status }: VaultError): RpcStatus | undefined {
  return bodyForm === 'google' ? RPC_STATUSES.find((known) => known === status) : undefined;
}

function paceOfHttp(httpStatus: number | undefined): FailureType {
  if (httpStatus === 401) return 'CREDENTIAL';
  if (httpStatus === 403) return 'ACCESS';
  return httpStatus === 429 ? 'QUOTA' : 'TRANSIENT';
}

/** "Usually" a quota is a 429, says Google; 403 and 503 with a quota reason or message were seen too. */
function isQuota(error: VaultError): boolean {
  if (error.httpStatus !== 429 && error.httpStatus !== 403 && error.httpStatus !== 503) return false;
  if (hasQuotaReason(error)) return true;
  return error.bodyForm === 'google' && /quota exceeded/i.test(error.serverMessage ?? '');
}

function hasQuotaReason({ bodyForm, reason = '' }: VaultError): boolean {
  return bodyForm === 'google' && QUOTA_REASON.test(reason);
}

const QUOTA_REASON =
  /^(rateLimitExceeded|userRateLimitExceeded|quotaExceeded|RATE_LIMIT_EXCEEDED|dailyLimitExceeded)$/;

/** Vault's cap of exports in progress: https://developers.google.com/workspace/vault/limits */
function isRunningExportLimit({ bodyForm, serverMessage }: VaultError): boolean {
  return bodyForm === 'google' && /running export limit/i.test(serverMessage ?? '');
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
