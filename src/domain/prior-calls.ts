import type { JsonObject } from './json';
import type { LedgerEvent } from './ledger-event';
import type { CancelDisposition, Outcome } from './outcome';

/** What the ledger proves about creates that this job began before. */
export type PriorCreate =
  | { type: 'NONE' }
  /** `remoteName`: the export's id or the operation's name. */
  | { type: 'CREATED'; remoteName: string; createTime: string }
  /**
   * Attempts went out whose answers are not known, the last at `begunAtMs`; after `settledAtMs` an absence in
   * the list counts.
   */
  | { type: 'UNKNOWN'; unanswered: number; begunAtMs: number; settledAtMs: number };

/**
 * Each create is written down before it is sent, so one whose answer was lost (a killed process, a cut
 * connection) is known here, whichever process, attempt or run of the workflow made it.
 */
export function priorCreate(
  events: readonly LedgerEvent[],
  settle: { requestTimeoutMs: number; createSettleMs: number },
): PriorCreate {
  const unanswered: LedgerEvent[] = [];
  for (const { begun, answer } of callsOf(events, 'create')) {
    if (typeof answer?.remoteName === 'string' && typeof answer.createTime === 'string') {
      return { type: 'CREATED', remoteName: answer.remoteName, createTime: answer.createTime };
    }
    if (answer?.executed !== false) unanswered.push(begun);
  }
  const latest = unanswered.at(-1);
  if (latest === undefined) return { type: 'NONE' };
  const begunAtMs = Date.parse(latest.at);
  return {
    type: 'UNKNOWN',
    unanswered: unanswered.length,
    begunAtMs,
    settledAtMs: begunAtMs + settle.requestTimeoutMs + settle.createSettleMs,
  };
}

/** Whether a delete of this job's went out, before the attempt named, that the server may have carried out. */
export function mayHaveDeleted(events: readonly LedgerEvent[], attempt?: string): boolean {
  return mayHaveDone('delete', events, attempt);
}

/** The same of a cancel. */
export function mayHaveCancelled(events: readonly LedgerEvent[], attempt?: string): boolean {
  return mayHaveDone('cancel', events, attempt);
}

function mayHaveDone(step: string, events: readonly LedgerEvent[], attempt: string | undefined): boolean {
  return callsOf(events, step).some(
    ({ begun, answer }) => begun.detail.attempt !== attempt && answer?.executed !== false,
  );
}

/** Whether an end without an accepted cancel may have been brought about by one of ours whose answer was lost. */
export function isPossiblyOurs(
  outcome: Outcome | undefined,
  disposition: CancelDisposition,
  events: readonly LedgerEvent[],
): boolean {
  switch (outcome) {
    case 'CANCELLED':
    case 'FAILED':
    case 'VANISHED':
    case 'ENDED_UNKNOWN':
      return disposition !== 'ACCEPTED' && mayHaveCancelled(events);
    case 'COMPLETED':
    case 'COMPLETED_DESPITE_CANCEL':
    case 'DELETED':
    case 'UNCONFIRMED':
    case undefined:
      return false;
  }
}

/** What `:cancel` was answered, as far as a disposition can be read from it. */
const DISPOSITION_OF_ANSWER: { [answer: string]: CancelDisposition } = {
  UNIMPLEMENTED: 'UNSUPPORTED',
  ALREADY_FINISHED: 'ALREADY_FINISHED',
  NOT_FOUND: 'NOT_FOUND',
  REFUSED: 'REFUSED',
};

/**
 * What became of the cancel where the ledger knows more than the job: an answer is written down before the
 * job is told, and a worker that dies in between leaves the job waiting.
 */
export function cancelAnswerBeyond(
  known: CancelDisposition,
  events: readonly LedgerEvent[],
): { disposition: CancelDisposition; acceptedAt?: string } | undefined {
  const answers = events.filter(
    (event) => event.type === 'ATTEMPT_ANSWERED' && event.detail.step === 'cancel',
  );
  const accepted = answers.find((event) => event.detail.answer === 'OK');
  if (accepted)
    return known === 'ACCEPTED' ? undefined : { disposition: 'ACCEPTED', acceptedAt: accepted.at };
  const last = answers.at(-1)?.detail.answer;
  const settled = typeof last === 'string' ? DISPOSITION_OF_ANSWER[last] : undefined;
  return known === 'PENDING' && settled !== undefined ? { disposition: settled } : undefined;
}

function callsOf(
  events: readonly LedgerEvent[],
  step: string,
): { begun: LedgerEvent; answer?: JsonObject }[] {
  const answered = events.filter((event) => event.type === 'ATTEMPT_ANSWERED');
  const answers = new Map(answered.map((event) => [event.detail.attempt, event.detail]));
  return events
    .filter((event) => event.type === 'ATTEMPT_BEGUN' && event.detail.step === step)
    .map((begun) => {
      const answer = answers.get(begun.detail.attempt);
      return { begun, ...(answer && { answer }) };
    });
}
