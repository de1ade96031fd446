import {
  WorkflowFailedError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { CountJobInput, ExportJobInput, OperationJobInput } from '../domain/job-request';
import {
  countJobRequestSchema,
  explainIssues,
  exportJobDoorSchema,
  exportJobRequestSchema,
  operationJobDoorSchema,
  operationJobRequestSchema,
} from '../domain/job-request';
import type { JobRecord } from '../domain/job-record';
import type { LedgerEvent } from '../domain/ledger-event';
import type { OrphanScanInput } from '../domain/orphan-scan';
import { LINK_OPERATION_UPDATE } from '../domain/messages';
import { operationNameDoorSchema } from '../domain/query';
import { DEFAULT_TASK_QUEUE } from '../domain/task-queues';
import type { Ledger } from '../ledger/ledger';
import { abandonJob } from './abandon-job';
import { decrypted } from './decrypted';
import { BadInputError, JobFailedError, JobNotFoundError, UnreachableError } from './errors';
import { jobStatus, orUndefined } from './job-status';
import type { JobStatus } from './job-status';
import { countJobs, listJobs } from './list-jobs';
import type { JobFilter, JobSummary, ListOptions } from './list-jobs';
import { scanForOrphans } from './orphan-scan';
import type { OrphanScan } from './orphan-scan';
import { isNoWorker, reachTemporal } from './reach-temporal';
import { requestCancel } from './request-cancel';
import type { CancelOptions, CancelReceipt } from './request-cancel';
import { requestCancelOfEach } from './request-cancel-of-each';
import type { CancelOfEach } from './request-cancel-of-each';
import { startJob } from './start-job';
import type { StartedJob, StartOptions } from './start-job';
import { withinLimit } from './wait-limit';
import type { WaitOptions } from './wait-limit';

export interface VaultJobsClientOptions {
  /** With a payload codec, ids are made without the names of exports. */
  temporal: Client;
  /** The workers' base task queue. Default: `vault-jobs`. */
  taskQueue?: string;
  /** Remembers what Temporal has forgotten. Without it, such jobs are not found. */
  ledger?: Ledger;
  /** The tenants that workers serve, to refuse any other. Without it, such a job waits until a worker serves it. */
  tenants?: readonly string[];
}

/** What other services use. Needs no worker: requests are kept until one runs. */
export interface VaultJobsClient {
  /** @throws BadInputError, JobConflictError, UnreachableError */
  startExport(input: ExportJobInput, options?: StartOptions): Promise<StartedJob>;
  startCount(input: CountJobInput, options?: StartOptions): Promise<StartedJob>;
  watchOperation(input: OperationJobInput, options?: StartOptions): Promise<StartedJob>;
  /** Durable when it returns; a job that has ended answers so. @throws JobNotFoundError, UnreachableError */
  requestCancel(jobId: string, options?: CancelOptions): Promise<CancelReceipt>;
  /** One after the other, each answered by itself: an unknown job and an outage are answers here. */
  requestCancelOfEach(
    jobIds: Iterable<string>,
    options?: CancelOptions,
  ): AsyncGenerator<CancelOfEach, void, void>;
  /** Names the operation behind an export; needs a worker. @throws BadInputError, JobNotFoundError, UnreachableError */
  linkOperation(jobId: string, operationName: string): Promise<void>;
  /** @throws JobNotFoundError, JobFailedError, UnreachableError, KeyMissingError */
  status(jobId: string): Promise<JobStatus>;
  /** Waits for the end. @throws JobNotFoundError, JobFailedError, UnreachableError, WaitTimeoutError, KeyMissingError */
  result(jobId: string, options?: WaitOptions): Promise<JobRecord>;
  /** The newest first. @throws BadInputError, UnreachableError */
  list(filter?: ListOptions): Promise<JobSummary[]>;
  /** @throws BadInputError, UnreachableError */
  count(filter?: JobFilter): Promise<number>;
  /**
   * Ends the watching for good: nothing takes the job up again, and what runs in Vault goes on. Needs the ledger.
   * @throws BadInputError, JobNotFoundError, UnreachableError
   */
  abandon(jobId: string, words: { reason: string; requestedBy?: string }): Promise<void>;
  /** The ledger's lines of a job, oldest first. @throws JobNotFoundError */
  history(jobId: string): Promise<LedgerEvent[]>;
  /** Has the workers look for exports that no job owns. @throws BadInputError, UnreachableError */
  scanForOrphans(input?: OrphanScanInput): Promise<OrphanScan>;
}

export function createVaultJobsClient(options: VaultJobsClientOptions): VaultJobsClient {
  const { temporal, ledger, tenants } = options;
  const context = {
    temporal,
    taskQueue: options.taskQueue ?? DEFAULT_TASK_QUEUE,
    ...(ledger && { ledger }),
    ...(tenants && { tenants }),
  };
  return {
    startExport: (input, start = {}) =>
      startJob(
        context,
        'export',
        start.takeUp ? exportJobRequestSchema : exportJobDoorSchema,
        input,
        start,
        ({ source }) => (source.type === 'create' ? source.name : source.exportId),
      ),
    startCount: (input, start = {}) =>
      startJob(context, 'count', countJobRequestSchema, input, start, ({ query }) => query.corpus),
    watchOperation: (input, start = {}) =>
      startJob(
        context,
        'operation',
        start.takeUp ? operationJobRequestSchema : operationJobDoorSchema,
        input,
        start,
        ({ operationName }) => operationName,
      ),
    requestCancel: (jobId, cancel) => requestCancel(context, jobId, cancel),
    requestCancelOfEach: (jobIds, cancel) => requestCancelOfEach(context, jobIds, cancel),
    linkOperation: (jobId, operationName) => linkOperation(temporal, jobId, operationName),
    status: (jobId) => jobStatus(context, jobId),
    result: (jobId, wait = {}) => withinLimit(temporal, wait, () => jobResult(context, jobId)),
    scanForOrphans: (input = {}) => scanForOrphans(context, input),
    abandon: (jobId, words) => abandonJob(context, jobId, words),
    list: (filter = {}) => listJobs(temporal, filter),
    count: (filter = {}) => countJobs(temporal, filter),
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
  const named = operationNameDoorSchema.safeParse(operationName);
  if (!named.success) throw new BadInputError(`The operation name ${explainIssues(named.error)}`);
  const handle = temporal.workflow.getHandle(jobId);
  try {
    const linked = await reachTemporal(() =>
      temporal.withDeadline(Date.now() + LINK_DEADLINE_MS, () =>
        orUndefined(handle.executeUpdate(LINK_OPERATION_UPDATE, { args: [operationName] }).then(() => true)),
      ),
    );
    if (linked) return;
  } catch (error) {
    // Its worker may also have died over it: the server then says that the workflow task failed.
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isNoWorker(error))
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
