import {
  ApplicationFailure,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  EXPORTS_PAGE_UNITS,
  MATTERS_PAGE_UNITS,
  orphanScanRequestSchema,
  PROCEED_SIGNAL,
  SCAN_PROGRESS_QUERY,
} from '../src/domain/orphan-scan';
import type {
  GoneJob,
  ListedExport,
  Orphan,
  OrphanReport,
  OrphanScanRequest,
  ScanProgress,
} from '../src/domain/orphan-scan';
import type { ExportsPage } from '../activities/orphans/list-exports';
import type { MattersPage } from '../activities/orphans/list-matters';
import { acceptRequest } from './life';
import { fromAnybody } from './messages';
import { OrphanScan } from './orphan-scan';
import type { ScanSoFar } from './orphan-scan';

/** Somebody who has not agreed by then has left. */
const AGREE_WITHIN = '15 minutes';

/**
 * Looks for exports in progress that no job owns, and for jobs whose export is gone. Vault has no list for the
 * whole organisation, so every matter is read, at a pace that leaves the quota to the jobs. Changes nothing,
 * unless it is to adopt what it finds.
 */
export async function vaultOrphanScan(input: unknown, soFar?: ScanSoFar): Promise<OrphanReport> {
  const request = acceptRequest(orphanScanRequestSchema, input);
  const scan = new OrphanScan(request, soFar);
  serve(scan);
  if (soFar === undefined) {
    scan.mattersLeft = await mattersToScan(scan, request);
    await untilAgreed(scan);
  }
  scan.enter('SCANNING');
  for (let [matterId] = scan.mattersLeft; matterId !== undefined; [matterId] = scan.mattersLeft) {
    await scanMatter(scan, matterId);
    scan.mattersLeft.shift();
    scan.report.mattersScanned += 1;
    if (workflowInfo().continueAsNewSuggested && scan.mattersLeft.length > 0) {
      await continueAsNew<typeof vaultOrphanScan>(input, scan.soFar());
    }
  }
  return scan.end();
}

const proceedSignal = defineSignal<[unknown?]>(PROCEED_SIGNAL, fromAnybody);
const progressQuery = defineQuery<ScanProgress>(SCAN_PROGRESS_QUERY);

function serve(scan: OrphanScan): void {
  setHandler(proceedSignal, () => void (scan.agreed = true), {
    description: 'Agree to what the scan costs. Without it nothing more is read.',
  });
  setHandler(progressQuery, () => scan.progress(), { description: 'How far it is, and what lies ahead.' });
}

async function mattersToScan(scan: OrphanScan, { matterId }: OrphanScanRequest): Promise<string[]> {
  if (matterId !== undefined) return [matterId];
  const all: string[] = [];
  for (let next: Pick<MattersPage, 'trail'> & { pageToken?: string } = {}; ;) {
    const token = next;
    const page = await scan.pacedRead(MATTERS_PAGE_UNITS, (read) =>
      scan.steps.listMatters({ ...read, ...token }),
    );
    all.push(...page.matterIds);
    scan.mattersLeft = all;
    if (page.nextPageToken === undefined) return all;
    const { nextPageToken, trail } = page;
    next = { pageToken: nextPageToken, ...(trail && { trail }) };
  }
}

async function untilAgreed(scan: OrphanScan): Promise<void> {
  if (scan.agreed) return;
  scan.enter('ESTIMATED');
  if (await condition(() => scan.agreed, AGREE_WITHIN)) return;
  throw ApplicationFailure.nonRetryable('Nobody agreed to what the scan costs', 'NotAgreed');
}

async function scanMatter(scan: OrphanScan, matterId: string): Promise<void> {
  const listed = await allExportsOf(scan, matterId);
  if (listed.type === 'UNREADABLE') return scan.couldNotRead({ matterId, detail: listed.detail });
  const { inProgress, unseen } = listed;
  if (inProgress.length === 0 && unseen.length === 0) return;
  const { orphans, gone } = await scan.steps.findOwners({
    tenant: scan.request.tenant,
    matterId,
    inProgress,
    unseen,
  });
  scan.found({ orphans: await adoptAll(scan, orphans), gone });
}

/** Goes back with what the last page gave for it. */
type NextExports = { pageToken: string } & Pick<Extract<ExportsPage, { type: 'READ' }>, 'unseen' | 'trail'>;

type Listed =
  { type: 'READ'; inProgress: ListedExport[]; unseen: GoneJob[] } | { type: 'UNREADABLE'; detail: string };

async function allExportsOf(scan: OrphanScan, matterId: string): Promise<Listed> {
  const inProgress: ListedExport[] = [];
  for (let next: { next?: NextExports } = {}; ;) {
    const token = next;
    const page = await scan.pacedRead(EXPORTS_PAGE_UNITS, (read) =>
      scan.steps.listExports({ ...read, matterId, ...token }),
    );
    if (page.type === 'UNREADABLE') return page;
    inProgress.push(...page.inProgress);
    const { unseen, nextPageToken, trail } = page;
    if (nextPageToken === undefined) return { type: 'READ', inProgress, unseen };
    next = { next: { pageToken: nextPageToken, unseen, ...(trail && { trail }) } };
  }
}

/** What another deployment made, that one may well watch: it is left alone. */
async function adoptAll(scan: OrphanScan, orphans: Orphan[]): Promise<Orphan[]> {
  const { adopt, tenant } = scan.request;
  if (!adopt) return orphans;
  const kept: Orphan[] = [];
  for (const orphan of orphans) {
    kept.push(
      orphan.ofAnotherDeployment
        ? orphan
        : { ...orphan, adoptedBy: await scan.steps.adoptOrphan({ tenant, orphan }) },
    );
  }
  return kept;
}
