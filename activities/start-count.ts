import type { JsonObject } from '../src/domain/json';
import { isJsonObject } from '../src/domain/json';
import type { LedgerEvent } from '../src/domain/ledger-event';
import type { PriorCreate } from '../src/domain/prior-calls';
import type { VaultOperation } from '../src/vault/operation';
import type { VaultClient } from '../src/vault/vault-client';
import { runAttempt } from './attempt';
import type { Attempt, AttemptEnd } from './attempt';
import { beginCall } from './attempt-log';
import type { ActivityDeps } from './deps';
import { failureOf } from './failure-table';
import { operationsOf } from './pages';
import {
  dropStaleWalk,
  earlierCreate,
  isProvenAbsent,
  nothingSent,
  READ_FIRST,
  untilNextWalk,
  wasNeverSent,
} from './prior-create';
import type { MaybeSent, SentState } from './prior-create';
import { idTakenBy, recalledFrom } from './recall';
import type { IdTaken, Recalling } from './recall';
import type { StepInput } from './step';
import { walk } from './walk';

export interface StartCountInput extends StepInput {
  matterId: string;
  query: JsonObject;
  view: 'TOTAL_COUNT' | 'ALL';
}

export type StartedCount = Recalling &
  (
    | { type: 'CREATED' | 'FOUND'; operationName: string; createTime: string; possibleOrphans: number }
    | { type: 'REFUSED'; detail: string }
    /** Proven that nothing was started. */
    | { type: 'ABSENT' }
    /** A start got no answer, and this server cannot be asked what became of it. */
    | { type: 'UNKNOWABLE'; possibleOrphans: number }
    | IdTaken
  );

/**
 * Starts the job's count. A count has no name of its own, so one whose answer was lost is looked up by what
 * its operation's metadata says; where the server lists no operations it is asked again, and the first is
 * noted as a possible orphan. Safe to repeat at any point.
 */
export async function startCount(deps: ActivityDeps, input: StartCountInput): Promise<StartedCount> {
  return runAttempt(deps, 'create', input, nothingSent(), (attempt) =>
    recalling(deps, input, (events) => start(deps, { ...input, events }, attempt)),
  );
}

async function start(
  deps: ActivityDeps,
  input: StartCountInput & Known,
  attempt: Attempt<SentState>,
): Promise<AttemptEnd<StartedCount>> {
  const vault = deps.vaultFor(input.journal.job.tenant);
  const earlier = await lookForEarlier(deps, vault, input, attempt);
  if (earlier.type !== 'DONE') return earlier;
  switch (earlier.result.type) {
    case 'ABSENT':
      return sendCount(vault, input, attempt, 0);
    case 'UNKNOWABLE':
      return sendCount(vault, input, attempt, earlier.result.possibleOrphans);
    case 'CREATED':
    case 'FOUND':
    case 'REFUSED':
    case 'ID_TAKEN':
      return earlier;
  }
}

interface Known {
  events: readonly LedgerEvent[];
}

/** Reads the ledger once; what it knows of earlier runs goes back with the answer. */
async function recalling(
  deps: ActivityDeps,
  input: StepInput,
  run: (events: readonly LedgerEvent[]) => Promise<AttemptEnd<StartedCount>>,
): Promise<AttemptEnd<StartedCount>> {
  const events = await deps.ledger.events(input.journal.job.jobId);
  const taken = idTakenBy(events, input);
  if (taken) return { type: 'DONE', result: taken };
  const end = await run(events);
  return end.type === 'DONE'
    ? { type: 'DONE', result: { ...end.result, ...recalledFrom(events, input) } }
    : end;
}

/** The same look without starting anything: for a job that is cancelled while its count is being started. */
export async function findStartedCount(
  deps: ActivityDeps,
  input: StartCountInput & MaybeSent,
): Promise<StartedCount> {
  return runAttempt(
    deps,
    'find',
    input,
    nothingSent(),
    (attempt) =>
      recalling(deps, input, async (events) => {
        if (wasNeverSent(events, input, attempt.state)) return { type: 'DONE', result: { type: 'ABSENT' } };
        const vault = deps.vaultFor(input.journal.job.tenant);
        return lookForEarlier(deps, vault, { ...input, events, isLastWord: true }, attempt);
      }),
    READ_FIRST,
  );
}

async function lookForEarlier(
  deps: ActivityDeps,
  vault: VaultClient,
  input: StartCountInput & MaybeSent & Known & { isLastWord?: true },
  attempt: Attempt<SentState>,
): Promise<AttemptEnd<StartedCount>> {
  const { events, isLastWord = false } = input;
  const known = earlierCreate(events, input, attempt.state);
  const notedOrphans = events.filter((event) => event.type === 'POSSIBLE_ORPHAN').length;
  if (known.type === 'NONE' && !isLastWord) return { type: 'DONE', result: { type: 'ABSENT' } };
  const prior = known.type === 'NONE' ? nothingKnown(input) : known;
  if (prior.type === 'CREATED') {
    const { remoteName: operationName, createTime } = prior;
    return {
      type: 'DONE',
      result: { type: 'FOUND', operationName, createTime, possibleOrphans: notedOrphans },
    };
  }
  const { state } = attempt;
  if (isProvenAbsent(prior, state)) return { type: 'DONE', result: { type: 'ABSENT' } };
  dropStaleWalk(prior, state);
  let found: VaultOperation | undefined;
  const walked = await walk(
    operationsOf(vault, input.timing.requestTimeoutMs),
    state,
    async (listed) => {
      if (!isTheLostOne(listed, input, prior)) return false;
      if (!(await isFree(deps, listed.name, input.journal.job.jobId))) return false;
      found = listed;
      return true;
    },
    { pace: deps.walkPace, tenant: input.journal.job.tenant },
  );
  switch (walked.type) {
    case 'STOPPED': {
      const operationName = found?.name ?? '';
      const createTime = found?.metadata.startTime ?? new Date(prior.begunAtMs).toISOString();
      attempt.note({ type: 'ADOPTED', detail: { operationName, createTime } });
      return {
        type: 'DONE',
        result: { type: 'FOUND', operationName, createTime, possibleOrphans: notedOrphans },
      };
    }
    case 'LOOK_AGAIN':
      return walked;
    case 'FAILED': {
      const { failure } = walked;
      if (failure.pace !== 'never') return { type: 'FAILED', failure };
      const possibleOrphans = prior.unanswered;
      // Nobody can look; but this run has sent none, and nobody knows of another.
      if (possibleOrphans === 0 && input.sentNothing) return { type: 'DONE', result: { type: 'ABSENT' } };
      if (possibleOrphans > notedOrphans) {
        attempt.note({ type: 'POSSIBLE_ORPHAN', detail: { matterId: input.matterId } });
      }
      return { type: 'DONE', result: { type: 'UNKNOWABLE', possibleOrphans } };
    }
    case 'WHOLE':
      state.absentAtMs = walked.begunAtMs;
      if (isProvenAbsent(prior, state)) return { type: 'DONE', result: { type: 'ABSENT' } };
      return {
        type: 'LOOK_AGAIN',
        waitMs: untilNextWalk(prior, walked.pages, input.timing.goneReadMs),
        seen: 'An earlier start got no answer and the server does not list its operation yet',
      };
  }
}

/** No create is known of; that is looked at all the same, where nothing is sent after it. */
function nothingKnown({ journal }: StepInput): Extract<PriorCreate, { type: 'UNKNOWN' }> {
  const begunAtMs = Date.parse(journal.job.startedAt);
  return { type: 'UNKNOWN', unanswered: 0, begunAtMs, settledAtMs: begunAtMs };
}

/** Our clock and Google's may differ by this much. */
const CLOCK_SKEW_MS = 60_000;

function isTheLostOne(
  listed: VaultOperation,
  input: StartCountInput,
  prior: Extract<PriorCreate, { type: 'UNKNOWN' }>,
): boolean {
  const { matterId, exportId, startTime, query } = listed.metadata;
  return (
    matterId === input.matterId &&
    exportId === undefined &&
    startTime !== undefined &&
    Date.parse(startTime) >= prior.begunAtMs - CLOCK_SKEW_MS &&
    (query === undefined || contains(query, input.query))
  );
}

/** Whether all that we sent came back; the server may add to a query but not change it. */
function contains(whole: unknown, part: unknown): boolean {
  if (isJsonObject(part)) {
    return isJsonObject(whole) && Object.entries(part).every(([key, value]) => contains(whole[key], value));
  }
  return JSON.stringify(whole) === JSON.stringify(part);
}

async function isFree(deps: ActivityDeps, operationName: string, jobId: string): Promise<boolean> {
  const owner = await deps.ledger.ownerOfOperation(operationName);
  return owner === undefined || owner === jobId;
}

async function sendCount(
  vault: VaultClient,
  input: StartCountInput,
  attempt: Attempt<SentState>,
  possibleOrphans: number,
): Promise<AttemptEnd<StartedCount>> {
  const { matterId, query, view, timing } = input;
  const call = await beginCall(attempt, 'create', { matterId });
  attempt.state.sentAtMs = Date.now();
  try {
    const made = await vault.countArtifacts(
      matterId,
      { query, view },
      { timeoutMs: timing.requestTimeoutMs },
    );
    const createTime = made.metadata.startTime ?? new Date().toISOString();
    attempt.note({ type: 'CREATED', detail: { operationName: made.name, matterId, createTime } });
    call.ok({ remoteName: made.name, createTime });
    return {
      type: 'DONE',
      result: { type: 'CREATED', operationName: made.name, createTime, possibleOrphans },
    };
  } catch (error) {
    const failure = failureOf(error);
    call.failed(failure);
    if (failure.executed === false) delete attempt.state.sentAtMs;
    if (failure.pace !== 'never') return { type: 'FAILED', failure };
    if (possibleOrphans === 0) return { type: 'DONE', result: { type: 'REFUSED', detail: failure.detail } };
    // The refusal speaks of this start alone: the one whose answer was lost may well have been taken.
    return failure.type === 'NOT_FOUND'
      ? { type: 'FAILED', failure: { ...failure, on: 'access', pace: 'access' } }
      : { type: 'DONE', result: { type: 'UNKNOWABLE', possibleOrphans } };
  }
}
