import { condition, patched } from '@temporalio/workflow';
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
    const target = targetOf(job);
    const watched = await stepUnless(
      () => job.watchVersion !== version,
      () => job.step((input) => job.steps.watch({ ...input, target })),
    );
    if (watched.type !== 'DONE') continue;
    // Whether it is gone by our hand is known only when the deletion under way has been answered.
    if (watched.result.proof.type === 'GONE') await condition(() => !job.isDeleting);
    if (isOvertaken(job, target, watched.result) && patched('watch-again-after-a-sent-cancel')) continue;
    return watched.result;
  }
}

/** Read when no cancel had been sent, and one has by now: that may be why it ended, which the operation tells. */
function isOvertaken(job: Job, target: WatchTarget, { proof }: Evidence): boolean {
  if (target.cancelOutstanding || !targetOf(job).cancelOutstanding) return false;
  return proof.type === 'EXPORT_FAILED' || proof.type === 'GONE';
}

function targetOf(job: Job): WatchTarget {
  const { matterId, exportId, operationName, createTime } = job.remote;
  return {
    since: createTime ?? job.identity.startedAt,
    ...(matterId !== undefined && { matterId }),
    ...(exportId !== undefined && { exportId }),
    ...(operationName !== undefined && { operationName }),
    ...(job.cancel.sentAt !== undefined && { cancelSentAt: job.cancel.sentAt }),
    ...(exportId !== undefined &&
      operationName !== undefined &&
      job.cancel.isOutstanding &&
      !job.deletedByUs && { cancelOutstanding: true as const }),
  };
}
