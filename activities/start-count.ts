import type { JsonObject } from '../src/domain/json';
import type { LedgerEvent } from '../src/domain/ledger-event';
import { fingerprint } from '../src/domain/request-fingerprint';
import type { VaultClient } from '../src/vault/vault-client';
import { runAttempt } from './attempt';
import type { Attempt, AttemptEnd } from './attempt';
import { beginCall } from './attempt-log';
import type { ActivityDeps } from './deps';
import { failureOf } from './failure-table';
import { findLostCount } from './find-lost-count';
import type { LookState } from './find-lost-count';
import { nothingSent, READ_FIRST, wasNeverSent } from './prior-create';
import type { MaybeSent } from './prior-create';
import { idTakenBy, recalledFrom } from './recall';
import type { IdTaken, Recalling } from './recall';
import type { StepInput } from './step';

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
    /** A start got no answer, and nobody can tell what became of it. `candidates`: operations that may be it. */
    | { type: 'UNKNOWABLE'; possibleOrphans: number; candidates?: string[] }
    | IdTaken
  );

/**
 * Starts the job's count. A count has no name of its own, so one whose answer was lost is looked up by what its operation's
 * metadata says; where that cannot tell, it is asked for again, and the first is noted as a possible orphan. Safe to repeat
 * at any point.
 */
export async function startCount(deps: ActivityDeps, input: StartCountInput): Promise<StartedCount> {
  return runAttempt<LookState, StartedCount>(deps, 'create', input, nothingSent(), (attempt) =>
    recalling(deps, input, (events) => start(deps, input, events, attempt)),
  );
}

/** The same look without starting anything: for a job that is cancelled while its count is being started. */
export async function findStartedCount(
  deps: ActivityDeps,
  input: StartCountInput & MaybeSent,
): Promise<StartedCount> {
  return runAttempt<LookState, StartedCount>(
    deps,
    'find',
    input,
    nothingSent(),
    (attempt) =>
      recalling(deps, input, async (events) =>
        wasNeverSent(events, input, attempt.state)
          ? { type: 'DONE', result: { type: 'ABSENT' } }
          : findLostCount(deps, { ...input, likeness: likenessOf(input), isLastWord: true }, events, attempt),
      ),
    READ_FIRST,
  );
}

async function start(
  deps: ActivityDeps,
  input: StartCountInput,
  events: readonly LedgerEvent[],
  attempt: Attempt<LookState>,
): Promise<AttemptEnd<StartedCount>> {
  const earlier = await findLostCount(deps, { ...input, likeness: likenessOf(input) }, events, attempt);
  if (earlier.type !== 'DONE') return earlier;
  const vault = deps.vaultFor(input.journal.job.tenant);
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

/** Two counts that ask for the same cannot be told apart in a list; it keeps neither terms nor addresses. */
function likenessOf({ matterId, query, view, journal }: StartCountInput): string {
  return fingerprint([journal.job.tenant, matterId, query, view]).slice(0, 16);
}

async function sendCount(
  vault: VaultClient,
  input: StartCountInput,
  attempt: Attempt<LookState>,
  possibleOrphans: number,
): Promise<AttemptEnd<StartedCount>> {
  const { matterId, query, view, timing } = input;
  const call = await beginCall(attempt, 'create', { matterId, likeness: likenessOf(input) });
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
