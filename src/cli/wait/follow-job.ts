import { setTimeout as delay } from 'node:timers/promises';
import { UnreachableError } from '../../client';
import type { VaultJobsClient } from '../../client';
import type { JobRecord } from '../../domain/job-record';
import { allVisible } from '../../domain/foreign-text';
import { calledAs, shellQuoted } from '../called-as';
import { untilInterrupted } from './interrupt';
import { progressOf } from './progress';
import { progressView } from './progress-view';
import type { ProgressView } from './progress-view';

const LOOK_AGAIN_MS = 1_000;

/** Waits for the end and shows the way there. Ctrl-C ends the waiting, never the job. */
export async function followJob(
  client: VaultJobsClient,
  jobId: string,
  view: ProgressView = progressView(Date.now()),
): Promise<JobRecord> {
  const waiting = new AbortController();
  const ended = client.result(jobId);
  // Awaited below, and by then perhaps too late: a rejection of its own must not end the process.
  ended.catch(() => undefined);
  showUntil(client, jobId, view, waiting.signal).catch(() => undefined);
  try {
    return await untilInterrupted(
      () => ended,
      `Stopped watching; the job goes on: ${calledAs()} status ${shellQuoted(jobId)}`,
    );
  } finally {
    waiting.abort();
    view.close();
  }
}

async function showUntil(
  client: VaultJobsClient,
  jobId: string,
  view: ProgressView,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const status = await client.status(jobId);
      if (!signal.aborted) view.show(progressOf(allVisible(status), Date.now()));
    } catch (error) {
      // The server may be back before the wait for the result gives up: that one decides.
      if (!(error instanceof UnreachableError)) throw error;
    }
    await delay(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}
