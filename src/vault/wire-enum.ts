import { RPC_STATUSES } from '../domain/rpc-status';

/** As https://google.aip.dev/126 and https://google.aip.dev/193 write enum values and reasons. */
const ENUM = /^[A-Z][A-Z0-9_]{0,62}$/;

const STATUSES: ReadonlySet<string> = new Set(RPC_STATUSES);

/** Of the `errors[]` of older Google APIs. https://cloud.google.com/storage/docs/json_api/v1/status-codes and others. */
const LEGACY_REASONS: ReadonlySet<string> = new Set([
  'aborted',
  'accessDenied',
  'accessNotConfigured',
  'accountDeleted',
  'accountDisabled',
  'accountUnverified',
  'appNotAuthorizedToFile',
  'authError',
  'backendError',
  'badGateway',
  'badRequest',
  'concurrentLimitExceeded',
  'conditionNotMet',
  'conflict',
  'corsRequestWithXOrigin',
  'dailyLimitExceeded',
  'dailyLimitExceededUnreg',
  'deleted',
  'domainPolicy',
  'duplicate',
  'expired',
  'failedPrecondition',
  'forbidden',
  'gatewayTimeout',
  'gone',
  'httpMethodNotAllowed',
  'insufficientAudience',
  'insufficientAuthorizedParty',
  'insufficientPermissions',
  'internalError',
  'internalServerError',
  'invalid',
  'invalidHeader',
  'invalidParameter',
  'invalidQuery',
  'invalidValue',
  'keyExpired',
  'keyInvalid',
  'lengthRequired',
  'limitExceeded',
  'lockedDomainExpired',
  'loginRequired',
  'notFound',
  'notImplemented',
  'parseError',
  'preconditionFailed',
  'quotaExceeded',
  'rateLimitExceeded',
  'requestTimeout',
  'required',
  'resourceExhausted',
  'responseTooLarge',
  'serviceUnavailable',
  'servingLimitExceeded',
  'sslRequired',
  'transientError',
  'unauthorized',
  'unknownAuth',
  'unsupportedMediaType',
  'unsupportedProtocol',
  'uploadTooLarge',
  'userRateLimitExceeded',
  'userRateLimitExceededUnreg',
  'variableTermLimitExceeded',
]);

/** RFC 6749 5.2, RFC 6750, RFC 8628, and what Google adds. */
const OAUTH_CODES: ReadonlySet<string> = new Set([
  'access_denied',
  'account_disabled',
  'admin_policy_enforced',
  'authorization_pending',
  'deleted_client',
  'disabled_client',
  'expired_token',
  'insufficient_scope',
  'interaction_required',
  'internal_failure',
  'invalid_client',
  'invalid_grant',
  'invalid_request',
  'invalid_scope',
  'invalid_target',
  'invalid_token',
  'org_internal',
  'policy_enforced',
  'quota_exceeded',
  'rate_limit_exceeded',
  'redirect_uri_mismatch',
  'restricted_client',
  'server_error',
  'slow_down',
  'temporarily_unavailable',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_token_type',
]);

/** What a server writes where the documentation has an enum goes into ledgers and logs: it must look like one. */
export function looksLikeEnum(text: string): boolean {
  return ENUM.test(text);
}

export function rpcStatus(text: string | undefined): string | undefined {
  return text !== undefined && STATUSES.has(text) ? text : undefined;
}

export function errorReason(text: string | undefined): string | undefined {
  return text !== undefined && (looksLikeEnum(text) || LEGACY_REASONS.has(text)) ? text : undefined;
}

export function oauthCode(text: string): string | undefined {
  return OAUTH_CODES.has(text) ? text : undefined;
}
