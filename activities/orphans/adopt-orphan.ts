import type { Orphan } from '../../src/domain/orphan-scan';
import type { OrphanDeps } from './deps';

/** Starts a job that watches the orphan. However often, and by however many scans, one owner after another: one job. */
export async function adoptOrphan(
  deps: OrphanDeps,
  { tenant, orphan }: { tenant: string; orphan: Orphan },
): Promise<string> {
  const { matterId, exportId, formerJob = '' } = orphan;
  const { jobId } = await deps.jobs.startExport(
    { tenant, matterId, source: { type: 'adopt', exportId } },
    { requestId: `orphan:${exportId}:${formerJob}` },
  );
  return jobId;
}
