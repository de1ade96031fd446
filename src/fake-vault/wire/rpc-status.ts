import type { RpcStatus } from '../../domain/rpc-status';

export { RPC_STATUSES, type RpcStatus } from '../../domain/rpc-status';

/** google.rpc.Code: the number in `Operation.error.code`, and the HTTP status in a reply. https://google.aip.dev/193 */
export const RPC_STATUS: Readonly<Record<RpcStatus, { readonly code: number; readonly http: number }>> = {
  CANCELLED: { code: 1, http: 499 },
  UNKNOWN: { code: 2, http: 500 },
  INVALID_ARGUMENT: { code: 3, http: 400 },
  DEADLINE_EXCEEDED: { code: 4, http: 504 },
  NOT_FOUND: { code: 5, http: 404 },
  ALREADY_EXISTS: { code: 6, http: 409 },
  PERMISSION_DENIED: { code: 7, http: 403 },
  RESOURCE_EXHAUSTED: { code: 8, http: 429 },
  FAILED_PRECONDITION: { code: 9, http: 400 },
  ABORTED: { code: 10, http: 409 },
  OUT_OF_RANGE: { code: 11, http: 400 },
  UNIMPLEMENTED: { code: 12, http: 501 },
  INTERNAL: { code: 13, http: 500 },
  UNAVAILABLE: { code: 14, http: 503 },
  DATA_LOSS: { code: 15, http: 500 },
  UNAUTHENTICATED: { code: 16, http: 401 },
};

/** The text Google sends when a service says nothing of its own. */
export const DEFAULT_MESSAGES: Readonly<Record<RpcStatus, string>> = {
  CANCELLED: 'The operation was cancelled.',
  UNKNOWN: 'Unknown Error.',
  INVALID_ARGUMENT: 'Request contains an invalid argument.',
  DEADLINE_EXCEEDED: 'Deadline expired before operation could complete.',
  NOT_FOUND: 'Requested entity was not found.',
  ALREADY_EXISTS: 'Requested entity already exists',
  PERMISSION_DENIED: 'The caller does not have permission',
  RESOURCE_EXHAUSTED: 'Resource has been exhausted (e.g. check quota).',
  FAILED_PRECONDITION: 'Precondition check failed.',
  ABORTED: 'The operation was aborted.',
  OUT_OF_RANGE: 'Operation was attempted past the valid range.',
  UNIMPLEMENTED: 'Operation is not implemented, or supported, or enabled.',
  INTERNAL: 'Internal error encountered.',
  UNAVAILABLE: 'The service is currently unavailable.',
  DATA_LOSS: 'Unrecoverable data loss or corruption.',
  UNAUTHENTICATED: 'The request does not have valid authentication credentials for the operation.',
};

/** The names of the older `error.errors[].reason`. */
export const LEGACY_REASONS: Readonly<Record<RpcStatus, string>> = {
  CANCELLED: 'cancelled',
  UNKNOWN: 'unknown',
  INVALID_ARGUMENT: 'invalidArgument',
  DEADLINE_EXCEEDED: 'deadlineExceeded',
  NOT_FOUND: 'notFound',
  ALREADY_EXISTS: 'alreadyExists',
  PERMISSION_DENIED: 'forbidden',
  RESOURCE_EXHAUSTED: 'rateLimitExceeded',
  FAILED_PRECONDITION: 'failedPrecondition',
  ABORTED: 'aborted',
  OUT_OF_RANGE: 'outOfRange',
  UNIMPLEMENTED: 'notImplemented',
  INTERNAL: 'backendError',
  UNAVAILABLE: 'backendError',
  DATA_LOSS: 'dataLoss',
  UNAUTHENTICATED: 'authError',
};
