export {
  BadInputError,
  isVaultJobsError,
  JobConflictError,
  JobFailedError,
  JobNotFoundError,
  KeyMissingError,
  UnreachableError,
  WaitTimeoutError,
} from './errors';
export type { VaultJobsError, VaultJobsErrorCode } from './errors';
export { clientDataConverter } from '../encryption/data-converter';
export { encryptionKey, KeyRing } from '../encryption/key-ring';
export type { JobStatus } from './job-status';
export type { JobFilter, JobSummary, ListOptions } from './list-jobs';
export type { OrphanScan } from './orphan-scan';
export type { PendingStep } from './pending-steps';
export type { CancelOptions, CancelReceipt } from './request-cancel';
export type { CancelOfEach } from './request-cancel-of-each';
export type { StartedJob, StartOptions } from './start-job';
export { createVaultJobsClient } from './vault-jobs-client';
export type { VaultJobsClient, VaultJobsClientOptions } from './vault-jobs-client';
export type { WaitOptions } from './wait-limit';
export type { CountJobInput, ExportJobInput, OperationJobInput } from '../domain/job-request';
export type { JobRecord } from '../domain/job-record';
export type { CancelDisposition, JobKind, JobState, Outcome } from '../domain/outcome';
export type { GoneJob, Orphan, OrphanReport, OrphanScanInput, ScanProgress } from '../domain/orphan-scan';
