import { nextTickMs, periodMs, phaseMs } from './cadence';
import type { WatchProof } from './proof';
import type { ChildSnapshot, ExportSnapshot, OperationSnapshot } from './snapshot';
import type { Timing } from './timing';

/** What is watched, fixed for one watch; a change (a link, a sent cancel, a deletion) starts another. */
export interface WatchTarget {
  matterId?: string;
  exportId?: string;
  operationName?: string;
  /** ISO: when the remote thing was made, as far as known. */
  since: string;
  /** ISO: looks are closer together after it. */
  cancelSentAt?: string;
  /** A cancel was sent that may yet end it: only together do export and operation tell how it ended. */
  cancelOutstanding?: true;
}

/** One look at everything that is watched. Each look is judged by itself and by how many agreed before it. */
export interface Reading {
  atMs: number;
  export?: ExportSnapshot | 'NOT_FOUND';
  operation?: OperationSnapshot | 'NOT_FOUND';
  /** Read only where something was NOT_FOUND: a matter nobody can read proves nothing about what is in it. */
  matterReadable?: boolean;
  /** Read only where the export itself has ended. */
  children?: ChildSnapshot[];
}

/** What must survive from one look to the next. */
export interface Agreement {
  goneReads: number;
  cancelledSinceMs?: number;
  cancelledReads: number;
  /** Since when, and how often in a row, the export read as ended and its operation, asked to cancel, did not. */
  disputedSinceMs?: number;
  disputedReads?: number;
}

export const NO_AGREEMENT: Agreement = { goneReads: 0, cancelledReads: 0 };

export type Step =
  | { type: 'END'; proof: WatchProof }
  | { type: 'WAIT'; agreement: Agreement }
  /** Nothing shows that the reader could see it: a lost right, perhaps, and not an ending. */
  | { type: 'NO_ACCESS'; agreement: Agreement };

/** Vault drops exports 15 days after they were made. https://developers.google.com/workspace/vault/guides/exports */
const EXPIRY_MS = 15 * 24 * 60 * 60 * 1000;

/** Decides whether one reading proves an end. The first rule that fits decides. */
export function judge(reading: Reading, before: Agreement, target: WatchTarget, timing: Timing): Step {
  const cancelledReads = isCancelled(reading) ? before.cancelledReads + 1 : 0;
  const cancelledSinceMs = isCancelled(reading) ? (before.cancelledSinceMs ?? reading.atMs) : undefined;
  const goneReads = isGone(reading, target) ? before.goneReads + 1 : 0;
  const agreement: Agreement = {
    goneReads,
    cancelledReads,
    ...(cancelledSinceMs !== undefined && { cancelledSinceMs }),
    ...(isDisputed(reading, target) && {
      disputedSinceMs: before.disputedSinceMs ?? reading.atMs,
      disputedReads: (before.disputedReads ?? 0) + 1,
    }),
  };
  if (goneReads > 0 && reading.matterReadable !== true) return { type: 'NO_ACCESS', agreement: NO_AGREEMENT };

  const proof = endingOf(reading, agreement, target, timing);
  if (proof && !hasOpenChildren(reading)) return { type: 'END', proof };
  return { type: 'WAIT', agreement };
}

function endingOf(
  reading: Reading,
  agreement: Agreement,
  target: WatchTarget,
  timing: Timing,
): WatchProof | undefined {
  const { export: exported, operation } = reading;
  const gone = agreement.goneReads >= timing.goneReads;

  if (target.exportId === undefined) {
    if (gone) return { type: 'GONE', expired: false };
    return operation === undefined || operation === 'NOT_FOUND' ? undefined : operationEnding(operation);
  }
  if (exported === undefined) return undefined;
  if (exported !== 'NOT_FOUND' && exported.status === 'COMPLETED') return { type: 'EXPORT_COMPLETED' };
  if (agreement.cancelledSinceMs !== undefined) {
    if (exported === 'NOT_FOUND')
      return gone ? { type: 'OPERATION_CANCELLED', exportStatus: 'GONE' } : undefined;
    if (exported.status === 'FAILED') return { type: 'OPERATION_CANCELLED', exportStatus: 'FAILED' };
    const { cancelledSinceMs, cancelledReads } = agreement;
    return hasSettled(reading, cancelledSinceMs, cancelledReads, timing)
      ? { type: 'OPERATION_CANCELLED', exportStatus: exported.status }
      : undefined;
  }
  const { disputedSinceMs, disputedReads = 0 } = agreement;
  if (disputedSinceMs !== undefined && !hasSettled(reading, disputedSinceMs, disputedReads, timing)) {
    return undefined;
  }
  if (exported === 'NOT_FOUND') {
    return gone ? { type: 'GONE', expired: reading.atMs - Date.parse(target.since) > EXPIRY_MS } : undefined;
  }
  return exported.status === 'FAILED' ? { type: 'EXPORT_FAILED' } : undefined;
}

/** What two readings together say holds when they have said it for the settle time, and often enough. */
function hasSettled(reading: Reading, sinceMs: number, reads: number, timing: Timing): boolean {
  return reading.atMs - sinceMs >= timing.cancelSettleMs && reads >= timing.settleReads;
}

/**
 * Whether the export has ended and its operation, which was asked to cancel, has not. It may only have been read a
 * moment too early, and the verdict must not depend on which of the two was read first.
 */
function isDisputed({ export: exported, operation }: Reading, target: WatchTarget): boolean {
  if (!target.cancelOutstanding || target.operationName === undefined) return false;
  const isDone = operation !== undefined && operation !== 'NOT_FOUND' && operation.done;
  if (exported === undefined || isDone) return false;
  return exported === 'NOT_FOUND' ? operation !== 'NOT_FOUND' : exported.status === 'FAILED';
}

/** https://github.com/googleapis/googleapis/blob/master/google/longrunning/operations.proto */
function operationEnding(operation: OperationSnapshot): WatchProof | undefined {
  if (!operation.done) return undefined;
  if (operation.error)
    return { type: operation.error.code === 1 ? 'OPERATION_CANCELLED' : 'OPERATION_FAILED' };
  // The protocol lets a service end an operation with neither; that is no success.
  return { type: operation.hasResponse ? 'OPERATION_SUCCEEDED' : 'OPERATION_DONE_WITHOUT_RESULT' };
}

function isCancelled(reading: Reading): boolean {
  const { operation } = reading;
  return (
    operation !== undefined && operation !== 'NOT_FOUND' && operation.done && operation.error?.code === 1
  );
}

/** Where there is an export, it alone tells: an operation may be forgotten long before. */
function isGone(reading: Reading, target: WatchTarget): boolean {
  return (target.exportId === undefined ? reading.operation : reading.export) === 'NOT_FOUND';
}

function hasOpenChildren(reading: Reading): boolean {
  return (
    reading.children?.some((child) => child.status === 'IN_PROGRESS' || child.status === 'UNKNOWN') ?? false
  );
}

/**
 * When to look again. Jobs of one matter share a grid, so that their looks fall together and one list can answer
 * them; another matter has another. Cadence only: what a failed look costs is decided elsewhere.
 */
export function nextLookMs(nowMs: number, agreement: Agreement, target: WatchTarget, timing: Timing): number {
  if (agreement.goneReads > 0) return nowMs + timing.goneReadMs;
  const confirming = target.cancelSentAt !== undefined || agreement.cancelledSinceMs !== undefined;
  const cadence = confirming || target.exportId === undefined ? timing.confirmPoll : timing.poll;
  const ageMs = nowMs - Date.parse(target.cancelSentAt ?? target.since);
  return nextTickMs(nowMs, periodMs(ageMs, cadence), phaseMs(gridOf(target), cadence.maxMs));
}

/** Operations are read one by one whatever falls together, so theirs are spread. */
function gridOf({ matterId, exportId, operationName }: WatchTarget): string {
  return (exportId === undefined ? operationName : matterId) ?? '';
}

/** Which readings may answer a look. */
export type Freshness =
  /** Its own read of this one thing, made now. */
  | { type: 'ALONE' }
  /** A read made now, of whatever shape. */
  | { type: 'NOW' }
  /** Also one that somebody else made, if not before this. */
  | { type: 'SINCE'; sinceMs: number };

/** Clocks of two workers may differ by so much. */
export const CLOCK_SKEW_MS = 1000;

/**
 * A look takes another's reading only if that was made after the look was due, and never the same one twice.
 * A list may lag, so whatever is proven by an absence, or by still being in progress, rests on reads of its own;
 * and once a cancel was sent, nobody else's clock says what came before it.
 */
export function freshnessOf(
  look: { agreement: Agreement; dueAtMs?: number; lastReadAtMs?: number },
  target: WatchTarget,
): Freshness {
  const { agreement, dueAtMs, lastReadAtMs = 0 } = look;
  const { goneReads, cancelledReads, disputedReads = 0 } = agreement;
  if (goneReads > 0 || cancelledReads > 0 || disputedReads > 0) return { type: 'ALONE' };
  if (dueAtMs === undefined || target.cancelSentAt !== undefined) return { type: 'NOW' };
  return { type: 'SINCE', sinceMs: Math.max(dueAtMs - CLOCK_SKEW_MS, lastReadAtMs + 1) };
}
