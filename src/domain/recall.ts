import type { CancelRequest } from './cancel-request';
import type { JobIdentity, Journal } from './journal';
import { REQUEST_FINGERPRINT_MEMO } from './messages';
import type { LedgerEvent } from './ledger-event';
import { cancelAnswerBeyond, mayHaveDeleted } from './prior-calls';
import type { Recall, Recalled } from './recalled';
import { countStarts } from './watchdog';
import { KEPT_SKIPPED_REQUESTS } from './recalled';
import { cancelRequestSchema } from './cancel-request';
import { isJsonObject } from './json';
import { KEPT_REQUESTS } from './job-record';

/**
 * What the ledger knows of a job that a run of it cannot know from its own history: Temporal's history can be reset,
 * terminated, begun anew, and it expires. Lines that this run has just written itself do not count.
 */
export function recall(events: readonly LedgerEvent[], { job, entries }: Journal): Recall {
  const own = new Set(entries.map(({ id }) => id));
  const earlier = events.filter(({ id }) => !own.has(id));
  const ownStart = events.findIndex(({ type, detail }) => type === 'STARTED' && detail.runId === job.runId);
  const taken = isTaken(ownStart === -1 ? earlier : events.slice(0, ownStart), job);
  if (taken !== undefined) return taken;
  return earlier.some((event) => isOfAnotherRun(event, job, ownStart !== -1))
    ? { type: 'KNOWN', recalled: recalledFrom(earlier, job) }
    : { type: 'NOTHING' };
}

/** Whether the ledger has the beginning of this job's chain of runs; one that was exchanged or lost its tail may not. */
export function knowsBeginning(events: readonly LedgerEvent[], { job }: Journal): boolean {
  return events.some((event) => beginsChainOf(event, job));
}

/** Lines of older builds do not say whose run they begin: whoever wrote one, the ledger knew the job then. */
function beginsChainOf({ type, detail }: LedgerEvent, job: JobIdentity): boolean {
  if (type !== 'STARTED') return false;
  return detail.runId === undefined || detail.runId === (job.firstRunId ?? job.runId);
}

/** An id belongs to the request that was first, and once that has ended, to nobody else. */
function isTaken(earlier: readonly LedgerEvent[], job: JobIdentity): Recall | undefined {
  const isElsewhere = ({ detail }: LedgerEvent) =>
    detail.firstRunId === undefined ? !isLaterRun(job) : detail.firstRunId !== job.firstRunId;
  const first = earlier.find(({ type }) => type === 'STARTED');
  if (first === undefined || !isElsewhere(first)) return undefined;
  const state = earlier.findLast(({ detail }) => typeof detail.state === 'string')?.detail.state;
  const taken = (detail: string): Recall => ({
    type: 'ID_TAKEN',
    detail,
    ...(typeof state === 'string' && { state }),
  });
  const known = first.detail[REQUEST_FINGERPRINT_MEMO];
  const isAnother =
    (typeof known === 'string' && job.fingerprint !== undefined && known !== job.fingerprint) ||
    (typeof first.detail.kind === 'string' && first.detail.kind !== job.kind);
  if (isAnother)
    return taken('The id belongs to a job with another request: start this one under another id');
  const ended = earlier.find((event) => event.type === 'OUTCOME' && isElsewhere(event));
  return ended && taken('The job of this id has ended: start another one under another id');
}

/** A reset, a retry or a continuation: not the first run of its chain. */
function isLaterRun(job: JobIdentity): boolean {
  return job.firstRunId !== undefined && job.firstRunId !== job.runId;
}

function isOfAnotherRun({ type, detail }: LedgerEvent, job: JobIdentity, ownStartIsThere: boolean): boolean {
  const isStart = type === 'STARTED';
  const runId = isStart ? detail.runId : runOfAttempt(detail.attempt);
  if (runId !== undefined) return runId !== job.runId;
  // A run that is not the first has no line of its own before it has recalled: whatever there is, is older.
  return isLaterRun(job) || (isStart && ownStartIsThere);
}

/** `<run>:<activity>:<attempt>` */
function runOfAttempt(attempt: unknown): string | undefined {
  return typeof attempt === 'string' ? attempt.split(':')[0] : undefined;
}

function recalledFrom(earlier: readonly LedgerEvent[], job: JobIdentity): Recalled {
  const requests = requestsIn(earlier);
  const started = earlier.filter(({ type }) => type === 'STARTED').map(startOf);
  const sent = earlier.find(({ type, detail }) => type === 'ATTEMPT_BEGUN' && detail.step === 'cancel');
  const answer = cancelAnswerBeyond('PENDING', earlier);
  const link = earlier.findLast(({ type }) => type === 'LINKED')?.detail.operationName;
  return {
    startedAt: [job.startedAt, ...started].toSorted()[0] ?? job.startedAt,
    earlierStarts: countStarts(earlier.filter(({ detail }) => detail.firstRunId !== job.firstRunId)),
    requests: kept(requests),
    requestsTotal: requests.length,
    deletionForbidden: requests.some(({ allowDelete }) => allowDelete === false),
    mayHaveDeleted: mayHaveDeleted(earlier),
    ...(typeof link === 'string' && { linkedOperation: link }),
    ...(sent && { cancelSentAt: sent.at }),
    ...(answer && { cancelAnswer: answer }),
  };
}

function startOf({ at, detail }: LedgerEvent): string {
  return typeof detail.startedAt === 'string' ? detail.startedAt : at;
}

/** The requests to cancel that these lines tell of; what was found out about one later stands with it. */
export function requestsIn(events: readonly LedgerEvent[]): CancelRequest[] {
  const found: CancelRequest[] = [];
  // What was asked of a run that was refused under this id was not asked of this job.
  const refused = new Set(
    events.map(({ detail }) => detail.refusedRun).filter((runId) => runId !== undefined),
  );
  for (const { type, detail } of events) {
    if (type === 'CANCEL_REQUESTED' && !(typeof detail.runId === 'string' && refused.has(detail.runId))) {
      const read = cancelRequestSchema.safeParse(detail);
      if (read.success) found.push(read.data);
    }
    if (type === 'CANCEL_EXPLAINED') explain(found, detail);
  }
  return found;
}

function explain(requests: CancelRequest[], detail: unknown): void {
  if (!isJsonObject(detail)) return;
  const request = requests.find(({ requestId }) => requestId === detail.requestId);
  if (request === undefined) return;
  if (typeof detail.reason === 'string') request.reason = detail.reason;
  if (typeof detail.requestedBy === 'string') request.requestedBy = detail.requestedBy;
}

/** The one that drives, those that must not be judged anew, and the last ones, in their order. */
function kept(requests: readonly CancelRequest[]): CancelRequest[] {
  const driving = requests.find(({ skipped, afterEnd }) => skipped === undefined && !afterEnd);
  const skipped = requests.filter((request) => request.skipped !== undefined).slice(-KEPT_SKIPPED_REQUESTS);
  const wanted = new Set([requests[0], driving, ...skipped, ...requests.slice(-KEPT_REQUESTS)]);
  return requests.filter((request) => wanted.has(request));
}
