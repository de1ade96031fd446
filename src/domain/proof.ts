import type { Outcome } from './outcome';
import { assertNever } from './assert-never';
import type { ChildSnapshot, ExportSnapshot, OperationSnapshot } from './snapshot';

/** What a watch ends with: the reading that proves an ending, and nothing about what was asked for. */
export type Proof =
  | { type: 'EXPORT_COMPLETED' }
  | { type: 'EXPORT_FAILED' }
  | { type: 'OPERATION_CANCELLED'; exportStatus?: ExportSnapshot['status'] | 'GONE' }
  | { type: 'OPERATION_SUCCEEDED' }
  | { type: 'OPERATION_FAILED' }
  | { type: 'OPERATION_DONE_WITHOUT_RESULT' }
  /** Answers NOT_FOUND again and again while the matter itself can be read. */
  | { type: 'GONE'; expired: boolean }
  /** Nothing remote was ever made. */
  | { type: 'NEVER_CREATED' }
  /** A start got no answer, and this server cannot be asked what became of it. */
  | { type: 'START_UNKNOWN' }
  /** The last limit passed without any of the above. */
  | { type: 'LAST_LIMIT' };

/** What looking at it can prove. */
export type WatchProof = Exclude<Proof, { type: 'NEVER_CREATED' | 'START_UNKNOWN' | 'LAST_LIMIT' }>;

/** The last readings, kept with the proof as its evidence. */
export interface Evidence {
  proof: Proof;
  export?: ExportSnapshot;
  operation?: OperationSnapshot;
  children: ChildSnapshot[];
}

export interface WatchEvidence extends Evidence {
  proof: WatchProof;
}

/** What had been asked and done before the proving reading was processed. */
export interface Before {
  cancelAsked: boolean;
  deletedByUs: boolean;
}

/** The one place that turns a proof into an outcome. */
export function verdict(proof: Proof, before: Before): Outcome {
  switch (proof.type) {
    case 'EXPORT_COMPLETED':
    case 'OPERATION_SUCCEEDED':
      return before.cancelAsked ? 'COMPLETED_DESPITE_CANCEL' : 'COMPLETED';
    case 'OPERATION_CANCELLED':
    case 'NEVER_CREATED':
      return 'CANCELLED';
    case 'EXPORT_FAILED':
    case 'OPERATION_FAILED':
      return 'FAILED';
    case 'OPERATION_DONE_WITHOUT_RESULT':
      return 'ENDED_UNKNOWN';
    case 'GONE':
      return before.deletedByUs ? 'DELETED' : 'VANISHED';
    case 'START_UNKNOWN':
    case 'LAST_LIMIT':
      return 'UNCONFIRMED';
    default:
      return assertNever('proof', proof);
  }
}
