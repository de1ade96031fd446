import { z } from 'zod';
import { matterIdSchema } from './query';
import { timingSchema } from './timing';

// Generated parsers need `new Function`, which a workflow sandbox may refuse.
z.config({ jitless: true });

export const ORPHAN_SCAN_TYPE = 'vaultOrphanScan';
/** Whoever started the scan has seen what it costs, and agrees. */
export const PROCEED_SIGNAL = 'proceed';
export const SCAN_PROGRESS_QUERY = 'progress';

/** What one page costs in read units. https://developers.google.com/workspace/vault/limits */
export const MATTERS_PAGE_UNITS = 10;
export const EXPORTS_PAGE_UNITS = 5;
/** A quarter of the 120 units a minute that Vault gives a project for each kind of read: jobs need the rest. */
export const SCAN_UNITS_PER_MINUTE = 30;

export const orphanScanRequestSchema = z.strictObject({
  tenant: z.string().default('default'),
  /** This matter only. */
  matterId: matterIdSchema.optional(),
  /** Starts a job for each orphan. */
  adopt: z.boolean().default(false),
  /** Without it the scan stops at its estimate, and waits for `proceed`. */
  confirmed: z.boolean().default(false),
  unitsPerMinute: z.number().positive().default(SCAN_UNITS_PER_MINUTE),
  timing: timingSchema.prefault({}),
});
export type OrphanScanRequest = z.output<typeof orphanScanRequestSchema>;
export type OrphanScanInput = z.input<typeof orphanScanRequestSchema>;

/** An export as a scan saw it in Vault's list. */
export interface ListedExport {
  exportId: string;
  name: string;
  createTime?: string;
  parentExportId?: string;
}

/** An export in progress that no open job owns. */
export interface Orphan {
  matterId: string;
  exportId: string;
  name: string;
  createTime?: string;
  /** The job that owned it once, and ended or was terminated. */
  formerJob?: string;
  /** Its name bears the marker of a job that this namespace does not know: another deployment may watch it. */
  ofAnotherDeployment?: true;
  /** The job that took it over. */
  adoptedBy?: string;
}

/** An open job whose export its matter does not list any more. */
export interface GoneJob {
  jobId: string;
  matterId: string;
  exportId: string;
}

export interface UnreadableMatter {
  matterId: string;
  detail: string;
}

export interface ScanProgress {
  /** `ESTIMATED`: waits for somebody to agree to what it costs. */
  phase: 'LISTING_MATTERS' | 'ESTIMATED' | 'SCANNING' | 'ENDED';
  /** So far, until the phase is past `LISTING_MATTERS`. */
  matters: number;
  mattersScanned: number;
  unitsSpent: number;
  /** At least: a matter with more than a page of exports costs more. */
  unitsAhead: number;
  unitsPerMinute: number;
  orphans: number;
  gone: number;
}

export interface OrphanReport {
  startedAt: string;
  endedAt: string;
  mattersScanned: number;
  unitsSpent: number;
  orphans: Orphan[];
  gone: GoneJob[];
  /** Matters that could not be read: nothing is known about them. */
  unreadable: UnreadableMatter[];
  unreadableTotal: number;
}

/** How long so many units take at the scan's pace. */
export function unitsMs(units: number, unitsPerMinute: number): number {
  return Math.ceil((units / unitsPerMinute) * 60_000);
}
