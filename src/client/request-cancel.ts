import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { JobState } from '../domain/outcome';
import type { JobRecord } from '../domain/job-record';
import { CANCEL_SIGNAL } from '../domain/messages';
import type { Ledger } from '../ledger/ledger';
import { JobFailedError } from './errors';
import { findOpenJob, jobStatus, orUndefined } from './job-status';
import { reachTemporal } from './reach-temporal';

export interface CancelOptions {
  reason?: string;
  requestedBy?: string;
  /** The same id twice is one request. Made up where absent. */
  requestId?: string;
  onlyIf?: { states?: JobState[]; olderThan?: string };
  /** `false` forbids a deletion that the job's owner allowed; nothing here can order one. */
  allowDelete?: false;
}

/** `RECORDED` is durable: with or without a worker, the job will act on it. */
export type CancelReceipt =
  | { answer: 'RECORDED'; jobId: string; requestId: string }
  | { answer: 'ALREADY_ENDED'; jobId: string; requestId: string; record: JobRecord }
  /** Its request was refused, or its workflow terminated or deleted: nobody is left who could cancel. */
  | { answer: 'ENDED_WITHOUT_RECORD'; jobId: string; requestId: string; detail: string };

export interface CancelContext {
  temporal: Client;
  ledger?: Ledger;
}

/** Sends the `cancel` signal. A job that has ended answers so; that is no error. */
export async function requestCancel(
  context: CancelContext,
  jobId: string,
  options: CancelOptions = {},
): Promise<CancelReceipt> {
  const request = { ...options, requestId: options.requestId ?? randomUUID() };
  const { requestId } = request;
  for (;;) {
    // Asked first: a signal to somebody else's workflow would be taken, and help nobody.
    const open = await findOpenJob(context.temporal, jobId);
    if (open && (await sendCancel(context.temporal, jobId, request))) {
      return { answer: 'RECORDED', jobId, requestId };
    }
    const ended = await endedAnswer(context, jobId, requestId);
    if (ended) return ended;
  }
}

/** False where the job has ended. */
export async function sendCancel(
  temporal: Client,
  jobId: string,
  request: CancelOptions & { requestId: string },
): Promise<boolean> {
  const handle = temporal.workflow.getHandle(jobId);
  const sent = await reachTemporal(() => orUndefined(handle.signal(CANCEL_SIGNAL, request).then(() => true)));
  return sent === true;
}

/** Undefined where it is open after all: a reset has brought it back. @throws JobNotFoundError */
export async function endedAnswer(
  context: CancelContext,
  jobId: string,
  requestId: string,
): Promise<Exclude<CancelReceipt, { answer: 'RECORDED' }> | undefined> {
  try {
    const { record, source } = await jobStatus(context, jobId);
    if (record.state === 'ENDED') return { answer: 'ALREADY_ENDED', jobId, requestId, record };
    if (source !== 'ledger') return undefined;
    const detail = `Temporal does not know its workflow any more, and the ledger saw it ${record.state} last: what runs in Vault, if anything, goes on unwatched`;
    return { answer: 'ENDED_WITHOUT_RECORD', jobId, requestId, detail };
  } catch (error) {
    if (!(error instanceof JobFailedError)) throw error;
    return { answer: 'ENDED_WITHOUT_RECORD', jobId, requestId, detail: error.message };
  }
}
