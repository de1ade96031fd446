import type { JsonObject } from '../src/domain/json';
import { isJsonObject } from '../src/domain/json';
import { priorCreate } from '../src/domain/prior-calls';
import type { PriorCreate } from '../src/domain/prior-calls';
import type { VaultOperation } from '../src/vault/operation';
import type { VaultClient } from '../src/vault/vault-client';
import { runAttempt } from './attempt';
import type { Attempt, AttemptEnd } from './attempt';
import { beginCall } from './attempt-log';
import type { ActivityDeps } from './deps';
import { asReadFailure, failureOf } from './failure-table';
import { allOperations } from './pages';
import type { StepInput } from './step';
import { untilSaidTwice } from './unimplemented';
import type { SaidUnimplemented } from './unimplemented';

export interface StartCountInput extends StepInput {
  matterId: string;
  query: JsonObject;
  view: 'TOTAL_COUNT' | 'ALL';
}

export type StartedCount =
  | { type: 'CREATED' | 'FOUND'; operationName: string; createTime: string; possibleOrphans: number }
  | { type: 'REFUSED'; detail: string }
  /** Proven that nothing was started. */
  | { type: 'ABSENT' }
  /** A start got no answer, and this server cannot be asked what became of it. */
  | { type: 'UNKNOWABLE'; possibleOrphans: number };

/**
 * Starts the job's count. A count has no name of its own, so one whose answer was lost is looked up by what
 * its operation's metadata says; where the server lists no operations it is asked again, and the first is
 * noted as a possible orphan. Safe to repeat at any point.
 */
export async function startCount(deps: ActivityDeps, input: StartCountInput): Promise<StartedCount> {
  const initial: SaidUnimplemented = {};
  return runAttempt(deps, 'create', input, initial, async (attempt) => {
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
        return earlier;
    }
  });
}

/** The same look without starting anything: for a job that is cancelled while its count is being started. */
export async function findStartedCount(deps: ActivityDeps, input: StartCountInput): Promise<StartedCount> {
  const initial: SaidUnimplemented = {};
  return runAttempt(deps, 'find', input, initial, async (attempt) =>
    lookForEarlier(deps, deps.vaultFor(input.journal.job.tenant), input, attempt),
  );
}

async function lookForEarlier(
  deps: ActivityDeps,
  vault: VaultClient,
  input: StartCountInput,
  attempt: Attempt<SaidUnimplemented>,
): Promise<AttemptEnd<StartedCount>> {
  const events = await deps.ledger.events(input.journal.job.jobId);
  const prior = priorCreate(events, input.timing);
  const notedOrphans = events.filter((event) => event.type === 'POSSIBLE_ORPHAN').length;
  if (prior.type === 'NONE') return { type: 'DONE', result: { type: 'ABSENT' } };
  if (prior.type === 'CREATED') {
    const { remoteName: operationName, createTime } = prior;
    return {
      type: 'DONE',
      result: { type: 'FOUND', operationName, createTime, possibleOrphans: notedOrphans },
    };
  }
  try {
    for await (const listed of allOperations(vault, input.timing.requestTimeoutMs)) {
      if (isTheLostOne(listed, input, prior) && (await isFree(deps, listed.name, input.journal.job.jobId))) {
        const createTime = listed.metadata.startTime ?? new Date(prior.begunAtMs).toISOString();
        attempt.note({ type: 'ADOPTED', detail: { operationName: listed.name, createTime } });
        return {
          type: 'DONE',
          result: { type: 'FOUND', operationName: listed.name, createTime, possibleOrphans: notedOrphans },
        };
      }
    }
  } catch (error) {
    const failure = failureOf(error);
    if (failure.type !== 'UNIMPLEMENTED') return { type: 'FAILED', failure: asReadFailure(failure) };
    const unconfirmed = untilSaidTwice(attempt.state, input.timing);
    if (unconfirmed) return unconfirmed;
    const possibleOrphans = prior.unanswered;
    if (possibleOrphans > notedOrphans) {
      attempt.note({ type: 'POSSIBLE_ORPHAN', detail: { matterId: input.matterId } });
    }
    return { type: 'DONE', result: { type: 'UNKNOWABLE', possibleOrphans } };
  }
  const unsettledMs = prior.settledAtMs - Date.now();
  if (unsettledMs <= 0) return { type: 'DONE', result: { type: 'ABSENT' } };
  return {
    type: 'LOOK_AGAIN',
    waitMs: Math.min(unsettledMs, input.timing.goneReadMs),
    seen: 'An earlier start got no answer and the server does not list its operation yet',
  };
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
  attempt: Attempt<object>,
  possibleOrphans: number,
): Promise<AttemptEnd<StartedCount>> {
  const { matterId, query, view, timing } = input;
  const call = await beginCall(attempt, 'create', { matterId });
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
    if (failure.pace !== 'never') return { type: 'FAILED', failure };
    if (possibleOrphans === 0) return { type: 'DONE', result: { type: 'REFUSED', detail: failure.detail } };
    // The refusal speaks of this start alone: the one whose answer was lost may well have been taken.
    return failure.type === 'NOT_FOUND'
      ? { type: 'FAILED', failure: { ...failure, on: 'access', pace: 'access' } }
      : { type: 'DONE', result: { type: 'UNKNOWABLE', possibleOrphans } };
  }
}
