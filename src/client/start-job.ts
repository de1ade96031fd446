import { randomUUID } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { z } from 'zod';
import { explainIssues } from '../domain/job-request';
import type { JobRecord } from '../domain/job-record';
import { code } from '../domain/markdown';
import { REQUEST_FINGERPRINT_MEMO, STEP_TOKEN_MEMO, WORKFLOW_TYPES } from '../domain/messages';
import type { JobKind } from '../domain/outcome';
import { requestFingerprint, whatIsAsked } from '../domain/request-fingerprint';
import {
  DEADLINE,
  JOB_KIND,
  keyword,
  MATTER_ID,
  OPERATION,
  STATE,
  TENANT,
} from '../domain/search-attributes';
import type { Limits } from '../domain/timing';
import { TAKEN_UP_BY_MEMO } from '../domain/watchdog';
import type { Ledger } from '../ledger/ledger';
import { decrypted } from './decrypted';
import { BadInputError, JobConflictError } from './errors';
import { chooseJobId } from './job-id';
import { reachTemporal } from './reach-temporal';

export interface StartOptions {
  /** Chosen by the caller. The same id with the same request gives the same job, with another an error. */
  jobId?: string;
  /**
   * Names this wish: the same id gives the same job however often it is sent, another id another job, also
   * for a request that has one. Not together with `jobId` or `again`.
   */
  requestId?: string;
  /** Makes a new job even where this request has one; a repeat after a lost answer makes one more. */
  again?: boolean;
  /**
   * Goes on with a job of this id whose workflow was terminated or ran out of time: nothing is made twice, and what was asked
   * of it stands. Without it such a job is found as it is.
   */
  takeUp?: boolean;
}

export interface StartedJob {
  jobId: string;
  /** True where the job was there before; nothing was made. */
  existed: boolean;
  /** Its workflow was ended from outside: nobody watches what runs in Vault. `takeUp` goes on with it. */
  isUnwatched?: true;
  /** The record of a job that has ended long ago, from the ledger. */
  record?: JobRecord;
}

export interface StartContext {
  temporal: Client;
  taskQueue: string;
  ledger?: Ledger;
  /** Where it is known, a job of another tenant is refused rather than left to wait. */
  tenants?: readonly string[];
}

/** Well below the server's limit for one payload (2 MB), and ours for what a job keeps (256 KB). */
const MAX_REQUEST_BYTES = 150_000;

/** For whoever opens the job in the Temporal UI. Markdown; the panel is small, and cuts off its last line. */
const HOW_TO_CANCEL = [
  '**Cancel** with *Request Cancellation*, or with the signal `cancel` to say why.',
  '**Do not Terminate**: what runs in Vault goes on, unwatched and without a record.',
  '\u00a0',
].join('\n\n');

interface Startable {
  tenant: string;
  limits: Limits;
  matterId?: string;
  operationName?: string | undefined;
}

/** Starts a job once: a second start with the same id and request finds the first. */
export async function startJob<S extends z.ZodType<Startable>>(
  context: StartContext,
  kind: JobKind,
  schema: S,
  input: unknown,
  options: StartOptions,
  readable: (request: z.output<S>) => string,
): Promise<StartedJob> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new BadInputError(`The request is not valid: ${explainIssues(parsed.error)}`);
  const request = parsed.data;
  if (context.tenants?.includes(request.tenant) === false)
    throw new BadInputError(`The request is not valid: tenant: must be one of ${context.tenants.join(', ')}`);
  if (Buffer.byteLength(JSON.stringify(request)) > MAX_REQUEST_BYTES) {
    throw new BadInputError(`The request is larger than ${MAX_REQUEST_BYTES} bytes: split the query`);
  }
  const asked = whatIsAsked(request);
  const { payloadCodecs } = context.temporal.options.loadedDataConverter;
  const nameInId = payloadCodecs.length === 0 ? readable(request) : undefined;
  const jobId = chooseJobId(options, kind, nameInId, asked);
  const fingerprint = requestFingerprint(jobId, asked);

  const earlier = await fromLedger(context.ledger, jobId, fingerprint);
  if (earlier) return earlier;
  const start = (
    workflowIdReusePolicy: 'REJECT_DUPLICATE' | 'ALLOW_DUPLICATE_FAILED_ONLY',
    memo: Record<string, unknown> = {},
  ) =>
    context.temporal.workflow.start(WORKFLOW_TYPES[kind], {
      workflowId: jobId,
      taskQueue: context.taskQueue,
      args: [request],
      workflowIdReusePolicy,
      memo: { ...memo, [REQUEST_FINGERPRINT_MEMO]: fingerprint, [STEP_TOKEN_MEMO]: randomUUID() },
      typedSearchAttributes: attributesOf(kind, request),
      staticSummary: `${kind}: ${code(readable(request))}`,
      staticDetails: HOW_TO_CANCEL,
    });
  return reachTemporal(async () => {
    try {
      await start('REJECT_DUPLICATE');
      return { jobId, existed: false };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      const { memo, status } = await context.temporal.workflow.getHandle(jobId).describe();
      const known =
        decrypted(memo?.[REQUEST_FINGERPRINT_MEMO]) ?? (await firstFingerprint(context.ledger, jobId));
      if (known !== fingerprint) throw new JobConflictError(jobId);
      if (!(await isUnwatched(context.ledger, jobId, status.name))) return { jobId, existed: true };
      if (!options.takeUp) return { jobId, existed: true, isUnwatched: true };
      await start('ALLOW_DUPLICATE_FAILED_ONLY', { [TAKEN_UP_BY_MEMO]: 'client' });
      return { jobId, existed: true };
    }
  });
}

/** Ended from outside; or another request under its id was refused after that, and is what Temporal shows. */
async function isUnwatched(ledger: Ledger | undefined, jobId: string, status: string): Promise<boolean> {
  if (status === 'TERMINATED' || status === 'TIMED_OUT') return true;
  if (status !== 'FAILED') return false;
  const known = await ledger?.job(jobId);
  return known !== undefined && known.state !== 'ENDED';
}

/** A job that Temporal has forgotten must not run twice: the ledger remembers. */
async function fromLedger(
  ledger: Ledger | undefined,
  jobId: string,
  fingerprint: string,
): Promise<StartedJob | undefined> {
  const job = await ledger?.job(jobId);
  if (!ledger || !job || job.state !== 'ENDED') return undefined;
  if ((await firstFingerprint(ledger, jobId)) !== fingerprint) throw new JobConflictError(jobId);
  return { jobId, existed: true, ...(job.record && { record: job.record }) };
}

/** The job computes it itself, so it is there too where somebody started the workflow by hand. */
async function firstFingerprint(ledger: Ledger | undefined, jobId: string): Promise<unknown> {
  const started = (await ledger?.events(jobId))?.find((event) => event.type === 'STARTED');
  return started?.detail[REQUEST_FINGERPRINT_MEMO];
}

function attributesOf(kind: JobKind, { tenant, limits, matterId, operationName }: Startable) {
  return [
    { key: JOB_KIND, value: kind },
    { key: STATE, value: 'QUEUED' },
    { key: TENANT, value: tenant },
    ...(matterId === undefined ? [] : [{ key: MATTER_ID, value: keyword(matterId) }]),
    ...(operationName === undefined ? [] : [{ key: OPERATION, value: keyword(operationName) }]),
    ...(limits.deadlineMs === undefined
      ? []
      : [{ key: DEADLINE, value: new Date(Date.now() + limits.deadlineMs) }]),
  ];
}
