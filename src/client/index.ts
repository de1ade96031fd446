export {
  BadInputError,
  isVaultJobsError,
  JobConflictError,
  JobFailedError,
  JobNotFoundError,
  KeyMissingError,
  UnreachableError,
} from './errors';
export type { VaultJobsError } from './errors';
export { clientDataConverter } from '../encryption/data-converter';
export { encryptionKey, KeyRing } from '../encryption/key-ring';
export type { JobStatus } from './job-status';
export type { JobFilter, JobSummary } from './list-jobs';
export type { PendingStep } from './pending-steps';
export type { CancelOptions, CancelReceipt } from './request-cancel';
export type { StartedJob, StartOptions } from './start-job';
export { createVaultJobsClient } from './vault-jobs-client';
export type { VaultJobsClient, VaultJobsClientOptions } from './vault-jobs-client';
