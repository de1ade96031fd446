import { condition } from '@temporalio/workflow';
import type { Evidence } from '../src/domain/proof';
import type { WatchTarget } from '../src/domain/watch';
import type { Job } from './job';
import { stepUnless } from './step-unless';

/**
 * Watches until an end is proven. One activity looks again and again without a trace in the history; only
 * when what is watched has changed (a link, a sent cancel, a deletion) another takes its place.
 */
export async function watchToTheEnd(job: Job): Promise<Evidence> {
  for (;;) {
    const version = job.watchVersion;
    const watched = await stepUnless(
      () => job.watchVersion !== version,
      () => job.step((input) => job.steps.watch({ ...input, target: targetOf(job) })),
    );
    if (watched.type !== 'DONE') continue;
    // Whether it is gone by our hand is known only when the deletion under way has been answered.
    if (watched.result.proof.type === 'GONE') await condition(() => !job.isDeleting);
    return watched.result;
  }
}

function targetOf(job: Job): WatchTarget {
  const { matterId, exportId, operationName, createTime } = job.remote;
  return {
    since: createTime ?? job.identity.startedAt,
    ...(matterId !== undefined && { matterId }),
    ...(exportId !== undefined && { exportId }),
    ...(operationName !== undefined && { operationName }),
    ...(job.cancel.sentAt !== undefined && { cancelSentAt: job.cancel.sentAt }),
  };
}
