import type { Evidence, HistoryEvent } from '../evidence';
import type { BatchSchedule, FaultPlan, JobSchedule } from '../schedule';
import { callsOf, made, recordOf, standingRequests, targets } from './facts';
import type { Rule } from './rule';
import { firstOf } from './rule';

/** temporal.api.enums.v1.WorkflowTaskFailedCause: something came in while the task was being finished; the server asks again. */
const UNHANDLED_COMMAND = 1;

/** How a job runs and ends. */
export const lifeRules: Rule[] = [
  {
    rule: 'every job ends, with a record or as a request that was refused',
    broken: (evidence) => {
      const { ending } = evidence;
      switch (ending.type) {
        case 'OPEN':
          return 'it is still open';
        case 'RECORD':
          return undefined;
        case 'FAILED':
          return firstOf(
            ending.because !== 'RequestRefused' && `${ending.because}: ${ending.message}`,
            !mayBeRefused(evidence) && `refused without a reason: ${ending.message}`,
          );
      }
    },
  },
  {
    rule: 'a refused request leaves nothing behind, and the ledger says so',
    broken: (evidence) => {
      if (evidence.ending.type !== 'FAILED') return undefined;
      const { exports: exported, counts } = made(evidence);
      return firstOf(
        exported.length + counts.length > 0 && 'something was made',
        evidence.ledgerJob?.state !== 'ENDED' && `the ledger says ${evidence.ledgerJob?.state}`,
        !evidence.ledgerEvents.some(({ type }) => type === 'REQUEST_REFUSED') && 'no line says so',
      );
    },
  },
  {
    rule: 'no workflow task fails',
    broken: ({ history }) => {
      const failed = history.find(isTaskFailure)?.workflowTaskFailedEventAttributes;
      return failed ? `cause ${failed.cause}: ${failed.failure?.message}` : undefined;
    },
  },
  {
    rule: 'what looks can prove is proven, and what can be cancelled is asked to',
    broken: (evidence) => {
      const record = recordOf(evidence);
      if (record === undefined || !isUntroubled(evidence)) return undefined;
      const { exported, operation } = targets(evidence);
      const ends = exported ? [exported, ...evidence.children] : operation ? [operation] : [];
      const endedAtMs = Math.max(...ends.map(({ endsAtMs }) => endsAtMs ?? Number.POSITIVE_INFINITY));
      const asked = standingRequests(evidence.ledgerEvents)[0];
      return firstOf(
        record.outcome === 'UNCONFIRMED' &&
          looksAfter(evidence, endedAtMs) >= AMPLE_LOOKS &&
          'it was seen to have ended',
        operation !== undefined &&
          asked !== undefined &&
          record.cancel.attempts === 0 &&
          looksAfter(evidence, Date.parse(asked.at)) >= AMPLE_LOOKS &&
          'no :cancel was ever sent',
      );
    },
  },
];

/** Counted in looks, not in seconds: on a busy machine everything is late alike. */
const AMPLE_LOOKS = 6;

function looksAfter(evidence: Evidence, afterMs: number): number {
  const { exported } = targets(evidence);
  const looks = callsOf(evidence, exported ? 'matters.exports.get' : 'operations.get');
  return looks.filter(({ timeMs, status }) => status === 200 && timeMs > afterMs).length;
}

export function isTaskFailure({ workflowTaskFailedEventAttributes: failed }: HistoryEvent): boolean {
  const cause: number | null | undefined = failed?.cause;
  return failed !== undefined && failed !== null && cause !== UNHANDLED_COMMAND;
}

function isUntroubled({ batch, schedule }: { batch: BatchSchedule; schedule: JobSchedule }): boolean {
  return (
    batch.crashes.length + batch.faults.length + schedule.faults.length === 0 &&
    batch.revokeTokensAtMs === undefined &&
    schedule.access === undefined &&
    schedule.linkAtMs === undefined &&
    schedule.behaviour.status === undefined
  );
}

const FINAL = ['INVALID_ARGUMENT', 'FAILED_PRECONDITION', 'UNIMPLEMENTED', 'OUT_OF_RANGE', 'NOT_FOUND'];

function mayBeRefused({ schedule }: Evidence): boolean {
  // Only in Google's own form: a page of something in between refuses nothing.
  const isFinal = ({ fault: { answer } }: FaultPlan) =>
    answer.kind === 'error' && FINAL.includes(answer.status) && (answer.form ?? 'google') === 'google';
  const goneBeforehand =
    schedule.shape.startsWith('adopted') && schedule.behaviour.vanishAfterMs !== undefined;
  return schedule.faults.some(isFinal) || schedule.access?.mode === 'matter-not-found' || goneBeforehand;
}
