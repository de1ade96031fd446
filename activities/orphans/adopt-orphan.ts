import type { Orphan } from '../../src/domain/orphan-scan';
import { requestsIn } from '../../src/domain/recall';
import type { OrphanDeps } from './deps';

/**
 * Starts a job that watches the orphan. However often, and by however many scans, one owner after another: one job. What
 * was asked of the job that owned it is asked of this one.
 */
export async function adoptOrphan(
  deps: OrphanDeps,
  { tenant, orphan }: { tenant: string; orphan: Orphan },
): Promise<string> {
  const { matterId, exportId, formerJob = '' } = orphan;
  const { jobId } = await deps.jobs.startExport(
    { tenant, matterId, source: { type: 'adopt', exportId } },
    { requestId: `orphan:${exportId}:${formerJob}` },
  );
  if (formerJob === '') return jobId;
  const requests = requestsIn(await deps.ledger.events(formerJob));
  const standing = requests.find(({ skipped, afterEnd }) => skipped === undefined && !afterEnd);
  if (standing === undefined) return jobId;
  const { requestId, requestedBy, reason } = standing;
  const isForbidden = requests.some(({ allowDelete }) => allowDelete === false);
  await deps.jobs.requestCancel(jobId, {
    requestId,
    requestedBy,
    reason,
    ...(isForbidden && { allowDelete: false as const }),
  });
  return jobId;
}
