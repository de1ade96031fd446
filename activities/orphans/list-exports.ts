import type { GoneJob, ListedExport } from '../../src/domain/orphan-scan';
import { follow, NO_TRAIL } from '../circle';
import type { Trail } from '../circle';
import { PAGE_SIZE } from '../pages';
import type { OrphanDeps } from './deps';
import { OPEN_STATES } from './open-jobs';
import { readOrRepeat } from './scan-read';
import type { ScanReadInput } from './scan-read';

export type ExportsPage =
  | {
      type: 'READ';
      inProgress: ListedExport[];
      /** Exports that jobs claimed before the first page, and that no page up to here has shown. */
      unseen: GoneJob[];
      nextPageToken?: string;
      /** For the next page. Older builds give none. */
      trail?: Trail;
    }
  | { type: 'UNREADABLE'; detail: string };

/**
 * One page of a matter's exports. What jobs claim is read before the first page: an export that is made in the
 * meantime is then neither missing nor anybody's loss.
 */
export async function listExports(
  deps: OrphanDeps,
  input: ScanReadInput & { matterId: string; next?: { pageToken: string; unseen: GoneJob[]; trail?: Trail } },
): Promise<ExportsPage> {
  const { matterId, next, timing } = input;
  const claimed = next?.unseen ?? (await claimsOn(deps, matterId));
  const page = await readOrRepeat(input, () =>
    deps
      .vaultFor(input.tenant)
      .listExports(
        matterId,
        { pageSize: PAGE_SIZE, ...(next && { pageToken: next.pageToken }) },
        { timeoutMs: timing.requestTimeoutMs },
      ),
  );
  if (page.type === 'REFUSED') return { type: 'UNREADABLE', detail: page.failure.detail };
  const { exports, nextPageToken } = page.result;
  const followed = follow(next?.trail ?? NO_TRAIL, {
    token: next?.pageToken,
    first: exports[0]?.id,
    next: nextPageToken,
  });
  // Nobody can say what such a list shows and what not.
  if (followed.type === 'CIRCLES') return { type: 'UNREADABLE', detail: followed.why };
  const seen = new Set(exports.map(({ id }) => id));
  return {
    type: 'READ',
    inProgress: exports
      .filter(({ status }) => status === 'IN_PROGRESS')
      .map(({ id, name, createTime, parentExportId }) => ({
        exportId: id,
        name,
        ...(createTime !== undefined && { createTime }),
        ...(parentExportId !== undefined && { parentExportId }),
      })),
    unseen: claimed.filter(({ exportId }) => !seen.has(exportId)),
    ...(nextPageToken !== undefined && { nextPageToken, trail: followed.trail }),
  };
}

async function claimsOn(deps: OrphanDeps, matterId: string): Promise<GoneJob[]> {
  const jobs = await deps.ledger.jobs({ matterId, kinds: ['export'], states: OPEN_STATES, limit: 1000 });
  return jobs.flatMap(({ jobId, exportId }) =>
    exportId === undefined ? [] : [{ jobId, matterId, exportId }],
  );
}
