import type { AdmissionReport, Place } from '../../src/domain/admission-messages';
import type { ExportQuotas } from '../../src/domain/admission-quotas';
import type { JobIdentity } from '../../src/domain/journal';
import type { Turn } from './take-turn';

/** How activities reach the queue of a tenant, and the queue the jobs. */
export interface AdmissionPort {
  /** Durable when it resolves; starts the queue's workflow where none runs. */
  join(job: JobIdentity, wanted: { priority: number; stepId?: string }): Promise<void>;
  /** Strongly consistent: it sees what was reported before. `UNKNOWN` also where no queue runs. */
  placeOf(job: JobIdentity): Promise<Place | { type: 'UNANSWERED' }>;
  /** Resolves also where no queue runs: there is nobody to tell then. */
  report(tenant: string, report: Exclude<AdmissionReport, { type: 'JOIN' }>): Promise<void>;
  /**
   * Ends the step that waits for its turn, with this as its result. False where none waits under this name: whoever can
   * signal the queue can give it any name, and no other step may be ended through it.
   */
  endWaiting(waiter: Waiter, turn: Turn): Promise<boolean>;
  /** What Vault allows the tenant, as this worker is configured. */
  quotasFor(tenant: string): ExportQuotas;
  /** Export jobs of the tenant that are open, as the visibility store shows them: a moment behind. */
  openExports(tenant: string): Promise<OpenExport[]>;
  /** The server's own word, not a moment behind. */
  isOpen(jobId: string): Promise<boolean>;
}

export interface Waiter {
  jobId: string;
  runId: string;
  stepId: string;
}

export interface OpenExport {
  jobId: string;
  runId: string;
  startedAtMs: number;
  /** Its export has been made, or adopted. */
  made: boolean;
}
