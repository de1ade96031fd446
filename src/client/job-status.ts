import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client, WorkflowExecutionDescription, WorkflowExecutionInfo } from '@temporalio/client';
import { advice } from '../domain/describe';
import type { JobRecord } from '../domain/job-record';
import { STATUS_QUERY, WORKFLOW_TYPES } from '../domain/messages';
import type { JobKind, JobState } from '../domain/outcome';
import { JOB_KINDS, JOB_STATES } from '../domain/outcome';
import { MATTER_ID, OPERATION, STATE, TENANT } from '../domain/search-attributes';
import type { Ledger, LedgerJob } from '../ledger/ledger';
import { isLedgerError } from '../ledger/ledger-error';
import { decrypted } from './decrypted';
import { JobFailedError, JobNotFoundError } from './errors';
import { hindrance } from './hindrance';
import { pendingSteps } from './pending-steps';
import type { PendingStep } from './pending-steps';
import { isPolled, pollersOf } from './pollers';
import { queuePlace } from './queue-place';
import { isNoWorker, isUnanswered, reachTemporal } from './reach-temporal';

/** A job as it stands, from whoever can tell. */
export interface JobStatus {
  record: JobRecord;
  /** `worker`: live. `temporal`: no worker answers, so only what the server knows. `ledger`: Temporal has forgotten it. */
  source: 'worker' | 'temporal' | 'ledger';
  /** Steps under way or waiting for their next attempt, with how far the watch has come. */
  pending: PendingStep[];
  /** The job's task queue, where no worker answered and none has asked for its work lately. */
  unpolledQueue?: string;
}

/** A status is looked at by people: better an incomplete answer soon than a full one late. */
const QUERY_DEADLINE_MS = 3_000;

export async function jobStatus(
  { temporal, ledger }: { temporal: Client; ledger?: Ledger },
  jobId: string,
): Promise<JobStatus> {
  const handle = temporal.workflow.getHandle(jobId);
  const description = await reachTemporal(() => orUndefined(handle.describe()));
  const known = await ledger?.job(jobId).catch((error: unknown) => {
    // An outage of the ledger is among what a status is to show; what only it counts is missing then.
    if (description !== undefined && isLedgerError(error)) return undefined;
    throw error;
  });
  if (description === undefined || kindOf(description) === undefined) {
    if (known === undefined) throw new JobNotFoundError(jobId);
    return { record: known.record ?? recordOf(known), source: 'ledger', pending: [] };
  }
  switch (description.status.name) {
    case 'COMPLETED': {
      const result = await reachTemporal(() => orUndefined<JobRecord>(handle.result()));
      if (result !== undefined) return { record: decrypted(result), source: 'temporal', pending: [] };
      // Temporal forgot it between the two questions.
      if (known?.record === undefined) throw new JobNotFoundError(jobId);
      return { record: known.record, source: 'ledger', pending: [] };
    }
    case 'RUNNING':
    case 'PAUSED':
      return openJobStatus(temporal, description, known);
    case 'FAILED':
    case 'TERMINATED':
    case 'TIMED_OUT':
    case 'CANCELLED':
    case 'CONTINUED_AS_NEW':
    case 'UNSPECIFIED':
    case 'UNKNOWN':
      if (known?.record) return { record: known.record, source: 'ledger', pending: [] };
      throw new JobFailedError(await whyItFailed(description, () => handle.result()));
  }
}

async function openJobStatus(
  temporal: Client,
  description: WorkflowExecutionDescription,
  known: LedgerJob | undefined,
): Promise<JobStatus> {
  const pending = await pendingSteps(temporal, description);
  const live = await queryWorker<JobRecord>(temporal, description.workflowId, STATUS_QUERY);
  const record = live ?? recordOf(known ?? jobOf(description));
  const looks = [known?.polls, ...pending.map((step) => step.polls)].filter((polls) => polls !== undefined);
  const attempts = known?.cancelAttempts;
  const watch = pending.find((step) => step.step === 'watch');
  const { taskQueue } = description;
  const isUnpolled = live === undefined && !(await isServed(temporal, taskQueue));
  const queue =
    live?.state === 'QUEUED' && live.kind === 'export'
      ? await queuePlace(temporal, { taskQueue, tenant: live.tenant }, live.jobId)
      : undefined;
  const isQueueSilent = queue === 'UNANSWERED';
  const hindered = hindrance(record, pending, { taskQueue, isQueueSilent });
  return {
    record: {
      ...record,
      ...(queue && !isQueueSilent && { queue }),
      ...(hindered !== undefined && { advice: hindered }),
      ...(looks.length > 0 && { polls: Math.max(...looks) }),
      cancel: { ...record.cancel, ...(attempts !== undefined && { attempts }) },
      remote: {
        ...record.remote,
        ...(watch?.export && { export: watch.export }),
        ...(watch?.operation && { operation: watch.operation }),
      },
    },
    source: live ? 'worker' : 'temporal',
    pending,
    ...(isUnpolled && { unpolledQueue: taskQueue }),
  };
}

async function isServed({ workflowService, options }: Client, taskQueue: string): Promise<boolean> {
  const pollers = await reachTemporal(() =>
    pollersOf(workflowService, options.namespace, taskQueue, 'WORKFLOW'),
  );
  return isPolled(pollers, Date.now());
}

/** Undefined where no worker answers within the deadline. */
// The caller names what its own workflow answers with.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export async function queryWorker<R>(
  temporal: Client,
  workflowId: string,
  query: string,
): Promise<R | undefined> {
  try {
    return await temporal.withDeadline(Date.now() + QUERY_DEADLINE_MS, async () =>
      decrypted(await temporal.workflow.getHandle(workflowId).query<R>(query)),
    );
  } catch (error) {
    // No worker, or one that is busy: the description and the ledger tell the rest.
    if (isUnanswered(error) || isNoWorker(error)) return undefined;
    throw error;
  }
}

async function whyItFailed(
  description: WorkflowExecutionDescription,
  result: () => Promise<unknown>,
): Promise<string> {
  const { name } = description.status;
  if (name !== 'FAILED') return `Its workflow is ${name}: what runs in Vault, if anything, goes on unwatched`;
  try {
    await result();
    return 'Its workflow failed';
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    return cause instanceof Error ? cause.message : 'Its workflow failed';
  }
}

export function kindOf(description: { type: string }): JobKind | undefined {
  return JOB_KINDS.find((kind) => WORKFLOW_TYPES[kind] === description.type);
}

/** Undefined for what has ended, is unknown, or is not one of ours. */
export async function findOpenJob(
  temporal: Client,
  jobId: string,
): Promise<WorkflowExecutionDescription | undefined> {
  const found = await reachTemporal(() => orUndefined(temporal.workflow.getHandle(jobId).describe()));
  if (found === undefined || kindOf(found) === undefined) return undefined;
  return found.status.name === 'RUNNING' || found.status.name === 'PAUSED' ? found : undefined;
}

/** As the job last showed it; QUEUED before it showed anything. */
export function stateOf({
  typedSearchAttributes,
}: Pick<WorkflowExecutionInfo, 'typedSearchAttributes'>): JobState {
  const shown = typedSearchAttributes.get(STATE);
  return JOB_STATES.find((known) => known === shown) ?? 'QUEUED';
}

/** A row of the ledger, or what else is known in its stead: how often anything was done, only the ledger counts. */
type KnownJob = Omit<LedgerJob, 'polls' | 'cancelAttempts'> & Partial<LedgerJob>;

/** What the server's own attributes tell of a job. */
function jobOf(description: WorkflowExecutionDescription): KnownJob {
  const attributes = description.typedSearchAttributes;
  const state = stateOf(description);
  const matterId = attributes.get(MATTER_ID);
  const operationName = attributes.get(OPERATION);
  return {
    jobId: description.workflowId,
    runId: description.runId,
    kind: kindOf(description) ?? 'operation',
    tenant: attributes.get(TENANT) ?? 'default',
    startedAt: description.startTime.toISOString(),
    updatedAt: description.startTime.toISOString(),
    state,
    ...(matterId !== undefined && { matterId }),
    ...(operationName !== undefined && { operationName }),
  };
}

/** A record as far as one row tells; requests and snapshots stay out. */
export function recordOf(job: KnownJob): JobRecord {
  const { jobId, kind, tenant, state, outcome, startedAt, endedAt, polls, cancelAttempts } = job;
  const { matterId, exportId, operationName } = job;
  const record = {
    jobId,
    kind,
    tenant,
    state,
    ...(outcome && { outcome }),
    cancel: {
      disposition: job.disposition ?? ('NOT_ASKED' as const),
      requests: [],
      requestsTotal: 0,
      ...(cancelAttempts !== undefined && { attempts: cancelAttempts }),
    },
    remote: {
      ...(matterId !== undefined && { matterId }),
      ...(exportId !== undefined && { exportId }),
      ...(operationName !== undefined && { operationName }),
      children: [],
    },
    ...(polls !== undefined && { polls }),
    startedAt,
    ...(endedAt !== undefined && { endedAt }),
  };
  return { ...record, advice: advice(record) };
}

export async function orUndefined<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
