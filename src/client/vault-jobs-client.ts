import {
  WorkflowFailedError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { CountJobInput, ExportJobInput, OperationJobInput } from '../domain/job-request';
import {
  countJobRequestSchema,
  exportJobRequestSchema,
  operationJobRequestSchema,
} from '../domain/job-request';
import type { JobRecord } from '../domain/job-record';
import type { LedgerEvent } from '../domain/ledger-event';
import { LINK_OPERATION_UPDATE } from '../domain/messages';
import { DEFAULT_TASK_QUEUE } from '../domain/task-queues';
import type { Ledger } from '../ledger/ledger';
import { decrypted } from './decrypted';
import { BadInputError, JobFailedError, JobNotFoundError, UnreachableError } from './errors';
import { jobStatus, orUndefined } from './job-status';
import type { JobStatus } from './job-status';
import { listJobs } from './list-jobs';
import type { JobFilter, JobSummary } from './list-jobs';
import { reachTemporal } from './reach-temporal';
import { requestCancel } from './request-cancel';
import type { CancelOptions, CancelReceipt } from './request-cancel';
import { startJob } from './start-job';
import type { StartedJob, StartOptions } from './start-job';

export interface VaultJobsClientOptions {
  /** With a payload codec, ids are made without the names of exports. */
  temporal: Client;
  /** The workers' base task queue. Default: `vault-jobs`. */
  taskQueue?: string;
  /** Remembers what Temporal has forgotten. Without it, such jobs are not found. */
  ledger?: Ledger;
}

/** What other services use. Needs no worker: requests are kept until one runs. */
export interface VaultJobsClient {
  /** @throws BadInputError, JobConflictError, UnreachableError */
  startExport(input: ExportJobInput, options?: StartOptions): Promise<StartedJob>;
  startCount(input: CountJobInput, options?: StartOptions): Promise<StartedJob>;
  watchOperation(input: OperationJobInput, options?: StartOptions): Promise<StartedJob>;
  /** Durable when it returns. @throws JobNotFoundError, UnreachableError */
  requestCancel(jobId: string, options?: CancelOptions): Promise<CancelReceipt>;
  /** Names the operation behind an export; needs a worker. @throws BadInputError, JobNotFoundError, UnreachableError */
  linkOperation(jobId: string, operationName: string): Promise<void>;
  /** @throws JobNotFoundError, JobFailedError, UnreachableError, KeyMissingError */
  status(jobId: string): Promise<JobStatus>;
  /** Waits for the end. @throws JobNotFoundError, JobFailedError, KeyMissingError */
  result(jobId: string): Promise<JobRecord>;
  list(filter?: JobFilter): Promise<JobSummary[]>;
  /** The ledger's lines of a job, oldest first. @throws JobNotFoundError */
  history(jobId: string): Promise<LedgerEvent[]>;
}

export function createVaultJobsClient(options: VaultJobsClientOptions): VaultJobsClient {
  const { temporal, ledger } = options;
  const context = {
    temporal,
    taskQueue: options.taskQueue ?? DEFAULT_TASK_QUEUE,
    ...(ledger && { ledger }),
  };
  return {
    startExport: (input, start = {}) =>
      startJob(context, 'export', exportJobRequestSchema, input, start, ({ source }) =>
        source.type === 'create' ? source.name : source.exportId,
      ),
    startCount: (input, start = {}) =>
      startJob(context, 'count', countJobRequestSchema, input, start, ({ query }) => query.corpus),
    watchOperation: (input, start = {}) =>
      startJob(
        context,
        'operation',
        operationJobRequestSchema,
        input,
        start,
        ({ operationName }) => operationName,
      ),
    requestCancel: (jobId, cancel) => requestCancel(context, jobId, cancel),
    linkOperation: (jobId, operationName) => linkOperation(temporal, jobId, operationName),
    status: (jobId) => jobStatus(context, jobId),
    result: (jobId) => jobResult(context, jobId),
    list: (filter = {}) => listJobs(temporal, filter),
    history: async (jobId) => {
      const events = (await ledger?.events(jobId)) ?? [];
      if (events.length === 0) throw new JobNotFoundError(jobId);
      return events;
    },
  };
}

/** An update that no worker has accepted is not durable, so nobody should wait for it for long. */
const LINK_DEADLINE_MS = 10_000;

async function linkOperation(temporal: Client, jobId: string, operationName: string): Promise<void> {
  const handle = temporal.workflow.getHandle(jobId);
  try {
    const linked = await reachTemporal(() =>
      temporal.withDeadline(Date.now() + LINK_DEADLINE_MS, () =>
        orUndefined(handle.executeUpdate(LINK_OPERATION_UPDATE, { args: [operationName] }).then(() => true)),
      ),
    );
    if (linked) return;
  } catch (error) {
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)
      throw new UnreachableError('No worker answered the link: start one, and link again', { cause: error });
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    throw new BadInputError(error.cause?.message ?? 'The job refused the link');
  }
  // The server answers NOT_FOUND for a job that has ended, too.
  const ended = await reachTemporal(() => orUndefined(handle.describe()));
  if (ended === undefined) throw new JobNotFoundError(jobId);
  throw new BadInputError(`Job ${jobId} has ended: there is nothing left to link`);
}

async function jobResult(context: { temporal: Client; ledger?: Ledger }, jobId: string): Promise<JobRecord> {
  try {
    const result = await reachTemporal(() =>
      orUndefined<JobRecord>(context.temporal.workflow.getHandle(jobId).result()),
    );
    return decrypted(result) ?? (await jobStatus(context, jobId)).record;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    throw new JobFailedError(error.cause?.message ?? 'The workflow failed', { cause: error });
  }
}
