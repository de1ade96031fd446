import type { LedgerEvent } from '../../../src/domain/ledger-event';
import { attempts, callsOf, recordOf, standingRequests } from './facts';
import { requestsInHistory } from './requests-in-history';
import type { Rule } from './rule';
import { firstOf } from './rule';

/** What the ledger keeps of a job. */
export const ledgerRules: Rule[] = [
  {
    rule: 'every request that reached the open job is in the ledger exactly once',
    broken: (evidence) => {
      const { named, unnamed } = requestsInHistory(evidence);
      const kept = evidence.ledgerEvents.filter(({ type }) => type === 'CANCEL_REQUESTED');
      const fromOutside = kept.filter(({ detail }) => detail.source !== 'deadline');
      const ids = fromOutside.map(({ detail }) => String(detail.requestId));
      const once = fromOutside
        .filter((line, index) => !isAnotherUse(line, fromOutside.slice(0, index)))
        .map(({ detail }) => String(detail.requestId));
      const lost = [...named].filter((id) => !ids.includes(id));
      const deadlines = kept.length - fromOutside.length;
      return firstOf(
        lost.length > 0 && `lost: ${lost.join(', ')}`,
        new Set(once).size !== once.length && `more than once: ${ids.join(', ')}`,
        once.length !== named.size + unnamed && `${once.length} kept, ${named.size + unnamed} came`,
        deadlines > (evidence.schedule.limits.deadlineMs === undefined ? 0 : 1) && `${deadlines} deadlines`,
      );
    },
  },
  {
    rule: 'the record counts every request and every :cancel that the ledger has',
    broken: (evidence) => {
      const record = recordOf(evidence);
      if (record === undefined) return undefined;
      const requests = evidence.ledgerEvents.filter(({ type }) => type === 'CANCEL_REQUESTED').length;
      const begun = attempts(evidence.ledgerEvents, 'cancel').begun.length;
      const { cancel } = record;
      return firstOf(
        cancel.requestsTotal !== requests && `${cancel.requestsTotal} requests, ${requests} in the ledger`,
        cancel.attempts !== begun && `${cancel.attempts} attempts, ${begun} in the ledger`,
      );
    },
  },
  {
    rule: 'an answer follows its own attempt, and each attempt begins once',
    broken: ({ ledgerEvents }) => {
      const begun = ledgerEvents.filter(({ type }) => type === 'ATTEMPT_BEGUN').map(name);
      const answered = ledgerEvents.filter(({ type }) => type === 'ATTEMPT_ANSWERED').map(name);
      const stray = answered.find((answer) => !begun.includes(answer));
      return firstOf(
        stray !== undefined && `answered but never begun: ${stray}`,
        new Set(begun).size !== begun.length && 'an attempt began twice',
        new Set(answered).size !== answered.length && 'an attempt was answered twice',
      );
    },
  },
  {
    rule: 'a job never has two :cancel in flight',
    broken: ({ ledgerEvents }) => {
      const { begun, answered } = attempts(ledgerEvents, 'cancel');
      const overlap = begun.find((attempt, index) => {
        const before = begun[index - 1];
        const answer = before && answered.find((event) => name(event) === name(before));
        return answer !== undefined && answer.at > attempt.at;
      });
      return overlap && `${name(overlap)} began before the one before it was answered`;
    },
  },
  {
    rule: 'the disposition says what :cancel was answered',
    broken: (evidence) => {
      const record = recordOf(evidence);
      if (record === undefined) return undefined;
      const { disposition } = record.cancel;
      const asked = standingRequests(evidence.ledgerEvents).length > 0;
      const accepted = attempts(evidence.ledgerEvents, 'cancel').answered.some(
        ({ detail }) => detail.answer === 'OK',
      );
      const sent = callsOf(evidence, 'operations.cancel').length > 0;
      return firstOf(
        asked === (disposition === 'NOT_ASKED') && `${disposition}, ${asked ? '' : 'not '}asked`,
        accepted !== (disposition === 'ACCEPTED') && `${disposition}, ${accepted ? '' : 'not '}accepted`,
        sent &&
          (disposition === 'NO_OPERATION' || disposition === 'NOT_NEEDED') &&
          `${disposition}, but :cancel was sent`,
      );
    },
  },
  {
    rule: 'no terms of a query leave the request',
    broken: ({ ledgerEvents, ledgerJob, ending, secret }) =>
      JSON.stringify([ledgerEvents, ledgerJob, ending]).includes(secret) ? 'the terms are there' : undefined,
  },
];

function name({ detail }: LedgerEvent): string {
  return String(detail.attempt);
}

/** An id whose uses were all skipped may be used again, and a prohibition counts under whatever id it comes. */
function isAnotherUse({ detail }: LedgerEvent, before: readonly LedgerEvent[]): boolean {
  const uses = before.filter((earlier) => earlier.detail.requestId === detail.requestId);
  return (
    uses.length > 0 &&
    (detail.allowDelete === false || uses.every((earlier) => earlier.detail.skipped !== undefined))
  );
}
