import { WorkflowExecutionAlreadyStartedError, WorkflowFailedError } from '@temporalio/client';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { explainIssues } from '../domain/job-request';
import { REQUEST_FINGERPRINT_MEMO } from '../domain/messages';
import { requestFingerprint } from '../domain/request-fingerprint';
import {
  ORPHAN_SCAN_TYPE,
  orphanScanRequestSchema,
  PROCEED_SIGNAL,
  SCAN_PROGRESS_QUERY,
} from '../domain/orphan-scan';
import type { OrphanReport, OrphanScanInput, ScanProgress } from '../domain/orphan-scan';
import { BadInputError, JobFailedError } from './errors';
import { orUndefined, queryWorker } from './job-status';
import { pendingSteps } from './pending-steps';
import { reachTemporal } from './reach-temporal';
import { withinLimit } from './wait-limit';
import type { WaitOptions } from './wait-limit';

/** A scan for orphans under way. It runs in the workers, and goes on whoever follows it or not. */
export interface OrphanScan {
  scanId: string;
  /** It ran already; this joins it. */
  existed: boolean;
  /** Undefined while no worker answers. `waitsFor` says why a read is being repeated. */
  progress(): Promise<(ScanProgress & { waitsFor?: string }) | undefined>;
  /** Agrees to what it costs. */
  proceed(): Promise<void>;
  /** Ends it. What it adopted stays adopted. */
  stop(): Promise<void>;
  /** @throws JobFailedError, UnreachableError, WaitTimeoutError */
  report(options?: WaitOptions): Promise<OrphanReport>;
}

/** Starts a scan, or joins the one of the same tenant and matter that runs: two would read at twice the pace. */
export async function scanForOrphans(
  { temporal, taskQueue }: { temporal: Client; taskQueue: string },
  input: OrphanScanInput,
): Promise<OrphanScan> {
  const parsed = orphanScanRequestSchema.safeParse(input);
  if (!parsed.success) throw new BadInputError(`The scan is not valid: ${explainIssues(parsed.error)}`);
  const request = parsed.data;
  const scanId = ['orphan-scan', request.tenant, request.matterId].filter(Boolean).join('.');
  // That somebody agrees later makes it no other scan.
  const fingerprint = requestFingerprint(scanId, { ...request, confirmed: undefined });
  return reachTemporal(async () => {
    try {
      const handle = await temporal.workflow.start(ORPHAN_SCAN_TYPE, {
        workflowId: scanId,
        taskQueue,
        args: [request],
        memo: { [REQUEST_FINGERPRINT_MEMO]: fingerprint },
        staticSummary: 'Exports that no job owns',
        staticDetails:
          'Reads only, at a quarter of the quota. *Request Cancellation* stops it, and nothing else.',
      });
      return followed(temporal, handle, false);
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      const handle = temporal.workflow.getHandle(scanId);
      const { memo } = await handle.describe();
      if (memo?.[REQUEST_FINGERPRINT_MEMO] !== fingerprint) {
        throw new BadInputError(
          `A scan of this scope runs with other options: wait for it, or stop it with "temporal workflow cancel --workflow-id ${scanId}"`,
          { cause: error },
        );
      }
      return followed(temporal, handle, true);
    }
  });
}

function followed(temporal: Client, handle: WorkflowHandle, existed: boolean): OrphanScan {
  const scanId = handle.workflowId;
  return {
    scanId,
    existed,
    progress: async () => {
      const progress = await queryWorker<ScanProgress>(temporal, scanId, SCAN_PROGRESS_QUERY);
      const steps = await pendingSteps(temporal, await reachTemporal(() => handle.describe()));
      const waitsFor = steps.find(({ detail }) => detail !== undefined)?.detail;
      return progress && { ...progress, ...(waitsFor !== undefined && { waitsFor }) };
    },
    proceed: () => reachTemporal(() => handle.signal(PROCEED_SIGNAL)),
    stop: async () => {
      await reachTemporal(() => orUndefined(handle.cancel()));
    },
    report: (options = {}) => withinLimit(temporal, options, () => reportOf(handle)),
  };
}

async function reportOf(handle: WorkflowHandle): Promise<OrphanReport> {
  try {
    const report: OrphanReport = await reachTemporal(() => handle.result());
    return report;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    throw new JobFailedError(`The scan ended: ${error.cause?.message ?? 'its workflow failed'}`, {
      cause: error,
    });
  }
}
