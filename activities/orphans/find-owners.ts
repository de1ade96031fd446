import type { GoneJob, ListedExport, Orphan } from '../../src/domain/orphan-scan';
import type { LedgerJob } from '../../src/ledger/ledger';
import { isMarked, isMarkedByAny, marker } from '../marker';
import type { OrphanDeps } from './deps';
import { OPEN_STATES } from './open-jobs';

export interface Ownership {
  orphans: Orphan[];
  gone: GoneJob[];
}

/**
 * Tells what no open job owns, and which open jobs own what is gone. A job owns an export whose id the ledger
 * has of it, or whose name bears its marker: it writes itself down before it makes one, and the id after.
 * Asks the ledger and Temporal only, and does so after the list was read.
 */
export async function findOwners(
  deps: OrphanDeps,
  input: { tenant: string; matterId: string; inProgress: ListedExport[]; unseen: GoneJob[] },
): Promise<Ownership> {
  const { matterId, inProgress, unseen } = input;
  const open = await deps.ledger.jobs({ matterId, kinds: ['export'], states: OPEN_STATES, limit: EVERY_JOB });
  // One that has its export owns no other by name: two with one marker are one too many.
  const making = open.filter(({ exportId }) => exportId === undefined);
  const orphans: Orphan[] = [];
  for (const found of inProgress) {
    const owners = await ownersOf(deps, found, making);
    if (await anyIsOpen(deps, owners)) continue;
    const { exportId, name, createTime } = found;
    const [former = open.find(({ jobId }) => isMarked(name, marker(deps.identity, jobId)))] = owners;
    orphans.push({
      matterId,
      exportId,
      name,
      ...(createTime !== undefined && { createTime }),
      ...(former && { formerJob: former.jobId }),
      ...(!former && isMarkedByAny(name) && { ofAnotherDeployment: true }),
    });
  }
  const gone: GoneJob[] = [];
  for (const claim of unseen) if (await deps.isOpen(claim.jobId)) gone.push(claim);
  return { orphans, gone };
}

/** A list that is cut short would make orphans of what is owned. */
const EVERY_JOB = 1_000_000;

/** The newest first. A child belongs to whoever owns its parent: that job watches it too. */
async function ownersOf(
  deps: OrphanDeps,
  { exportId, name, parentExportId }: ListedExport,
  making: readonly LedgerJob[],
): Promise<LedgerJob[]> {
  const ids = [exportId, ...(parentExportId === undefined ? [] : [parentExportId])];
  const byId = await Promise.all(ids.map((id) => deps.ledger.jobs({ exportId: id })));
  return [...byId.flat(), ...making.filter(({ jobId }) => isMarked(name, marker(deps.identity, jobId)))];
}

async function anyIsOpen(deps: OrphanDeps, jobs: readonly LedgerJob[]): Promise<boolean> {
  for (const { jobId } of jobs) if (await deps.isOpen(jobId)) return true;
  return false;
}
