import { proxyActivities, setCurrentDetails, sleep, workflowInfo } from '@temporalio/workflow';
import type { OrphanActivities } from '../activities/orphans';
import { formatDuration } from '../src/domain/duration';
import { EXPORTS_PAGE_UNITS, unitsMs } from '../src/domain/orphan-scan';
import type {
  GoneJob,
  Orphan,
  OrphanReport,
  OrphanScanRequest,
  ScanProgress,
  UnreadableMatter,
} from '../src/domain/orphan-scan';
import {
  adoptedByAnswer,
  exportsPageAnswer,
  mattersPageAnswer,
  ownershipAnswer,
} from '../src/domain/scan-answers';
import { taskQueues } from '../src/domain/task-queues';
import { answeredOrFailed } from './answered';

/** Named in the report; of more only the number. An organisation may lock its user out of thousands. */
const NAMED_UNREADABLE = 100;
const MARGIN_MS = 5_000;

/** What a scan takes along when its history has grown long and a new run goes on with the rest. */
export interface ScanSoFar {
  report: Omit<OrphanReport, 'endedAt'>;
  mattersLeft: string[];
  nextReadAt: number;
}

/** The live state of a scan, and its one way to read Vault. It decides nothing: the story does. */
export class OrphanScan {
  readonly request: OrphanScanRequest;
  readonly report: ScanSoFar['report'];
  readonly steps: OrphanActivities;
  phase: ScanProgress['phase'] = 'LISTING_MATTERS';
  mattersLeft: string[] = [];
  agreed: boolean;
  private nextReadAt: number;

  constructor(request: OrphanScanRequest, soFar?: ScanSoFar) {
    this.request = request;
    this.agreed = request.confirmed || soFar !== undefined;
    this.mattersLeft = soFar?.mattersLeft ?? [];
    this.nextReadAt = soFar?.nextReadAt ?? 0;
    this.report = soFar?.report ?? {
      startedAt: workflowInfo().startTime.toISOString(),
      mattersScanned: 0,
      unitsSpent: 0,
      orphans: [],
      gone: [],
      unreadable: [],
      unreadableTotal: 0,
    };
    this.steps = stepsFor(request);
  }

  /** Waits its turn: what was read before has to be worth its time first. A durable timer, whatever crashes. */
  async pacedRead<T>(
    units: number,
    read: (input: { tenant: string; timing: OrphanScanRequest['timing']; paceMs: number }) => Promise<T>,
  ): Promise<T> {
    const { tenant, timing, unitsPerMinute } = this.request;
    const waitMs = this.nextReadAt - Date.now();
    if (waitMs > 0) await sleep(waitMs, { summary: 'Leave the rest of the quota to the jobs' });
    const paceMs = unitsMs(units, unitsPerMinute);
    const result = await read({ tenant, timing, paceMs });
    this.nextReadAt = Date.now() + paceMs;
    this.report.unitsSpent += units;
    this.show();
    return result;
  }

  found({ orphans, gone }: { orphans: Orphan[]; gone: GoneJob[] }): void {
    this.report.orphans.push(...orphans);
    this.report.gone.push(...gone);
  }

  couldNotRead(matter: UnreadableMatter): void {
    this.report.unreadableTotal += 1;
    if (this.report.unreadable.length < NAMED_UNREADABLE) this.report.unreadable.push(matter);
  }

  enter(phase: ScanProgress['phase']): void {
    this.phase = phase;
    this.show();
  }

  progress(): ScanProgress {
    const { mattersScanned, unitsSpent, orphans, gone } = this.report;
    return {
      phase: this.phase,
      matters: mattersScanned + this.mattersLeft.length,
      mattersScanned,
      unitsSpent,
      unitsAhead: this.mattersLeft.length * EXPORTS_PAGE_UNITS,
      unitsPerMinute: this.request.unitsPerMinute,
      orphans: orphans.length,
      gone: gone.length,
    };
  }

  soFar(): ScanSoFar {
    const { report, mattersLeft, nextReadAt } = this;
    return { report, mattersLeft, nextReadAt };
  }

  end(): OrphanReport {
    this.enter('ENDED');
    return { ...this.report, endedAt: new Date().toISOString() };
  }

  private show(): void {
    const { phase, matters, mattersScanned, unitsAhead, unitsPerMinute, orphans, gone } = this.progress();
    setCurrentDetails(
      [
        `**${phase}**: ${mattersScanned} of ${matters} matters read, ${orphans} orphans, ${gone} jobs whose export is gone.`,
        `At least ${unitsAhead} read units to go: ${formatDuration(unitsMs(unitsAhead, unitsPerMinute))} at ${unitsPerMinute} a minute.`,
      ].join('\n\n'),
    );
  }
}

function stepsFor({ timing, unitsPerMinute }: OrphanScanRequest): OrphanActivities {
  const queues = taskQueues(workflowInfo().taskQueue);
  const proxy = (taskQueue: string, retryMs: number) =>
    proxyActivities<OrphanActivities>({
      taskQueue,
      startToCloseTimeout: timing.requestTimeoutMs + MARGIN_MS,
      // What repeats a read costs its units again.
      retry: { initialInterval: retryMs, backoffCoefficient: 1 },
    });
  const reads = proxy(queues.watch, unitsMs(EXPORTS_PAGE_UNITS, unitsPerMinute));
  const local = proxy(queues.workflow, timing.backoffMinMs);
  return {
    listMatters: answeredOrFailed(mattersPageAnswer, reads.listMatters),
    listExports: answeredOrFailed(exportsPageAnswer, reads.listExports),
    findOwners: answeredOrFailed(ownershipAnswer, local.findOwners),
    adoptOrphan: answeredOrFailed(adoptedByAnswer, local.adoptOrphan),
  };
}
