import { undecryptable } from '../domain/undecryptable';

/** Bad input: nothing was started or sent. `message` says what to change and never quotes a value. */
export class BadInputError extends Error {
  override readonly name = 'BadInputError';
  readonly code = 'BAD_INPUT';
}

/** A job of this id exists with another request. */
export class JobConflictError extends Error {
  override readonly name = 'JobConflictError';
  readonly code = 'JOB_CONFLICT';
  constructor(jobId: string) {
    super(`Job ${jobId} exists already with another request: use another id, or --again for a new job`);
  }
}

/** Neither Temporal nor the ledger knows this job. */
export class JobNotFoundError extends Error {
  override readonly name = 'JobNotFoundError';
  readonly code = 'JOB_NOT_FOUND';
  constructor(jobId: string) {
    super(`There is no job ${jobId}: see the ids with "vault-jobs list"`);
  }
}

/** The job ended without a record: its request was refused, or its workflow was terminated. */
export class JobFailedError extends Error {
  override readonly name = 'JobFailedError';
  readonly code = 'JOB_FAILED';
}

/** Temporal did not answer. Whether a request arrived is unknown; sending it again is safe. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  readonly code = 'UNREACHABLE';
}

/** What was asked for is encrypted with a key that this client was not given. Nothing is lost by that. */
export class KeyMissingError extends Error {
  override readonly name = 'KeyMissingError';
  readonly code = 'KEY_MISSING';
  constructor(keyId: string) {
    super(undecryptable(keyId));
  }
}

/** The caller's own limit passed before the job ended. The job goes on. */
export class WaitTimeoutError extends Error {
  override readonly name = 'WaitTimeoutError';
  readonly code = 'WAIT_TIMEOUT';
}

export type VaultJobsError =
  | BadInputError
  | JobConflictError
  | JobNotFoundError
  | JobFailedError
  | UnreachableError
  | WaitTimeoutError
  | KeyMissingError;

/** For callers that branch on a word; each error's class says the same. */
export type VaultJobsErrorCode = VaultJobsError['code'];

export function isVaultJobsError(error: unknown): error is VaultJobsError {
  return (
    error instanceof BadInputError ||
    error instanceof JobConflictError ||
    error instanceof JobNotFoundError ||
    error instanceof JobFailedError ||
    error instanceof UnreachableError ||
    error instanceof WaitTimeoutError ||
    error instanceof KeyMissingError
  );
}
