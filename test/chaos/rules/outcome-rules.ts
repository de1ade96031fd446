import type { JobRecord } from '../../../src/domain/job-record';
import type { Outcome } from '../../../src/domain/outcome';
import type { Evidence } from '../evidence';
import {
  callsOf,
  createdAtMs,
  exportEnd,
  made,
  operationEnd,
  recordOf,
  standingRequests,
  targets,
} from './facts';
import type { Rule } from './rule';
import { firstOf } from './rule';

type Proof = (evidence: Evidence, record: JobRecord & { endedAt: string }) => string | undefined;

/** What must be true in Vault for a job to say so. */
const PROOF: { [outcome in Outcome]: Proof } = {
  COMPLETED: (evidence, record) =>
    firstOf(isFinished(evidence, record), wasAsked(evidence) && 'a cancel was asked for'),
  COMPLETED_DESPITE_CANCEL: (evidence, record) =>
    firstOf(isFinished(evidence, record), !wasAsked(evidence) && 'no cancel was asked for'),
  CANCELLED: isCancelled,
  FAILED: isFailed,
  DELETED: (evidence) => (deletedByUs(evidence) ? undefined : 'no delete of ours had any effect'),
  VANISHED: isGone,
  ENDED_UNKNOWN: (evidence, { endedAt }) => {
    const { operation } = targets(evidence);
    const end = operation && operationEnd(operation, endedAt);
    return end === 'neither' ? undefined : `the operation ended with ${JSON.stringify(end)}`;
  },
  UNCONFIRMED: ({ schedule, ledgerEvents }, { startedAt, endedAt }) => {
    const tookMs = Date.parse(endedAt) - Date.parse(startedAt);
    const proof = JSON.stringify(ledgerEvents.find(({ type }) => type === 'OUTCOME')?.detail.proof);
    if (proof?.includes('START_UNKNOWN')) return undefined;
    return tookMs >= schedule.limits.lastLimitMs ? undefined : `after ${tookMs} ms, without need`;
  },
};

export const outcomeRules: Rule[] = [
  {
    rule: 'a job says only what is true in Vault',
    broken: (evidence) => {
      const record = recordOf(evidence);
      if (record === undefined) return undefined;
      const { outcome, endedAt } = record;
      if (outcome === undefined || endedAt === undefined) return 'the record has no outcome or no end';
      const lie = PROOF[outcome](evidence, { ...record, endedAt });
      return lie && `${outcome}, but ${lie}`;
    },
  },
  {
    rule: 'ledger, search attribute and result say the same',
    broken: (evidence) => {
      const record = recordOf(evidence);
      if (record === undefined) return undefined;
      const { ledgerJob, attributes } = evidence;
      const said = [record.outcome, ledgerJob?.outcome, ledgerJob?.record?.outcome, attributes.outcome];
      const states = [record.state, ledgerJob?.state, attributes.state];
      const dispositions = [record.cancel.disposition, ledgerJob?.disposition];
      return [said, states, dispositions].every((values) => new Set(values).size === 1)
        ? undefined
        : JSON.stringify({ said, states, dispositions });
    },
  },
];

function isFinished(
  evidence: Evidence,
  { endedAt, remote }: { endedAt: string; remote: JobRecord['remote'] },
): string | undefined {
  const { exported, operation } = targets(evidence);
  if (exported) {
    const end = exportEnd(exported, endedAt);
    // One that was born after the last look can have been known to nobody.
    const lastLookMs = Date.parse(remote.export?.readAt ?? endedAt);
    const known = evidence.children.filter((child) => createdAtMs(child) < lastLookMs);
    const open = known.filter((child) => exportEnd(child, endedAt) === 'IN_PROGRESS');
    return firstOf(end !== 'COMPLETED' && `the export is ${end}`, open.length > 0 && 'a child export is not');
  }
  const end = operation && operationEnd(operation, endedAt);
  return end === 'response' ? undefined : `the operation's end is ${JSON.stringify(end)}`;
}

function isCancelled(
  evidence: Evidence,
  { endedAt, remote }: { endedAt: string; remote: JobRecord['remote'] },
) {
  const { operation } = targets(evidence);
  if (operation) {
    const end = operationEnd(operation, endedAt);
    return typeof end === 'object' && end.code === 1
      ? undefined
      : `its operation's end is ${JSON.stringify(end)}`;
  }
  const there = made(evidence);
  return firstOf(
    remote.exportId !== undefined && 'no operation says so',
    there.exports.length > 0 && 'its export exists',
    there.counts.length > 0 && 'its count exists',
  );
}

function isFailed(evidence: Evidence, { endedAt }: { endedAt: string }): string | undefined {
  const { exported, operation } = targets(evidence);
  if (exported) {
    const end = exportEnd(exported, endedAt);
    return end === 'FAILED' ? undefined : `the export is ${end}`;
  }
  const end = operation && operationEnd(operation, endedAt);
  return typeof end === 'object' && end.code !== 1
    ? undefined
    : `the operation's end is ${JSON.stringify(end)}`;
}

function isGone(evidence: Evidence): string | undefined {
  const { exported, operation } = targets(evidence);
  const exists = (exported ?? operation)?.exists ?? false;
  return firstOf(exists && 'it is still there', deletedByUs(evidence) && 'this job deleted it');
}

function deletedByUs(evidence: Evidence): boolean {
  return callsOf(evidence, 'matters.exports.delete').some(({ effect }) => effect);
}

function wasAsked({ ledgerEvents }: Evidence): boolean {
  return standingRequests(ledgerEvents).length > 0;
}
