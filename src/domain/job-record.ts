import { z } from 'zod';
import type { CancelRequest } from './cancel-request';
import type { CancelDisposition, JobKind, JobState, Outcome } from './outcome';
import type { ChildSnapshot, ExportSnapshot, OperationSnapshot } from './snapshot';
import { STEP_NAMES } from './step-name';

const shortText = z.string().max(2000);

/** What stands in the way right now. Beside the state: a blocked job goes on trying. */
export const blockedSchema = z.object({
  /**
   * `vault`: an outage; `access`: a lost right, mended by a person; `ledger`: our own database; `hand`: somebody ended
   * the step in Temporal.
   */
  on: z.enum(['vault', 'quota', 'access', 'credential', 'ledger', 'slot', 'hand']),
  /** ISO. */
  since: z.iso.datetime(),
  /** Which step waits. */
  during: z.enum(STEP_NAMES),
  /** The failure in one line, without terms or addresses. */
  detail: shortText,
});
export type Blocked = z.infer<typeof blockedSchema>;
export type BlockedOn = Blocked['on'];

export interface CancelRecord {
  disposition: CancelDisposition;
  /** The first request, which drives, and the last of the others; the ledger keeps every one. */
  requests: CancelRequest[];
  requestsTotal: number;
  /** How often `:cancel` was sent, lost and failed attempts included. Absent where only the ledger knows. */
  attempts?: number;
  sentAt?: string;
  acceptedAt?: string;
  confirmedAt?: string;
  /** An attempt of ours whose answer was lost may be the cause of the end. Never beside `ACCEPTED`. */
  possiblyOurs?: true;
}

export interface RemoteRecord {
  matterId?: string;
  exportId?: string;
  operationName?: string;
  createTime?: string;
  export?: ExportSnapshot;
  operation?: OperationSnapshot;
  /** The export's status at the reading that decided, where an operation's CANCELLED decided. */
  exportStatusAtVerdict?: ExportSnapshot['status'] | 'GONE';
  children: ChildSnapshot[];
  /** Gone more than 15 days after it was made: Vault's own expiry. */
  expired?: true;
  /** Operations of this job whose name was lost with the reply; they may run on, unwatched. */
  possibleOrphans?: number;
  /** Operations of which one may be this job's: nobody can tell which. At most 20. */
  candidates?: string[];
}

/** Positions count from 1. */
export interface QueuePlace {
  position: number;
  waiting: number;
  /** ISO; a forecast. Absent while nothing is known of how long exports take. */
  expectedAt?: string;
  /** What holds the slots. `triedAt`, ISO: one more is tried then, since it is in doubt whether those exports run. */
  slots?: { held: number; of: number; inDoubt: number; triedAt?: string };
}

/** The job as others see it: workflow result, `status` query and `--json`. ISO strings, plain JSON. */
export interface JobRecord {
  jobId: string;
  kind: JobKind;
  tenant: string;
  state: JobState;
  outcome?: Outcome;
  cancel: CancelRecord;
  remote: RemoteRecord;
  /** How often Vault was looked at. Absent where only the ledger knows. */
  polls?: number;
  blocked?: Blocked;
  /** Where it stands in the queue for Vault's slots, while it waits there and a worker can tell. */
  queue?: QueuePlace;
  /** How often it was gone on with after its workflow was ended from outside. */
  takenUp?: number;
  /** What a person should know or do, in one sentence. */
  advice: string;
  startedAt: string;
  deadlineAt?: string;
  endedAt?: string;
}

/** Requests kept in the record beside the first. */
export const KEPT_REQUESTS = 20;
