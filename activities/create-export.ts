import { Context } from '@temporalio/activity';
import type { JsonObject } from '../src/domain/json';
import { priorCreate } from '../src/domain/prior-calls';
import type { VaultExport } from '../src/vault/export';
import type { VaultClient } from '../src/vault/vault-client';
import { hasLeft, hasStarted, tellingQueue } from './admission/reports';
import type { Tell } from './admission/reports';
import { describePlace } from './admission/take-turn';
import { runAttempt } from './attempt';
import type { Attempt, AttemptEnd } from './attempt';
import { beginCall } from './attempt-log';
import type { ActivityDeps } from './deps';
import { failureOf } from './failure-table';
import type { Failure } from './failure-table';
import { isMarked, markedName, marker } from './marker';
import { allExports } from './pages';
import type { StepInput } from './step';

export interface CreateExportInput extends StepInput {
  matterId: string;
  name: string;
  query: JsonObject;
  exportOptions?: JsonObject;
  /** Of the job, should it have to queue again. */
  priority: number;
  /** Until then the first attempt has its turn. ISO. */
  turnUntil?: string;
}

/** `ABSENT` only from {@link findCreatedExport}: proven that nothing was made. */
export type CreatedExport =
  | { type: 'CREATED' | 'FOUND'; exportId: string; createTime: string }
  | { type: 'REFUSED'; detail: string }
  | { type: 'ABSENT' };

/**
 * Makes the job's export, once: an export that bears the job's marker is taken over instead of made again.
 * Vault knows no idempotency key, so after an attempt whose answer was lost nothing is made until the list
 * has had time to show it. Each create takes a turn of the queue's; one that was refused, or went unanswered,
 * queues for another here. At least once per job; safe to repeat at any point.
 */
export async function createExport(deps: ActivityDeps, input: CreateExportInput): Promise<CreatedExport> {
  return tellingQueue(deps, input.journal.job, (tell) =>
    runAttempt(deps, 'create', input, {}, async (attempt) => {
      const vault = deps.vaultFor(input.journal.job.tenant);
      const earlier = await lookForEarlier(deps, vault, input, attempt);
      const end = earlier ?? (await inTurn(deps, input, () => sendCreate(deps, vault, input, attempt, tell)));
      tellEnd(tell, input, end);
      return end;
    }),
  );
}

/**
 * The same look without making anything: for a job that is cancelled before or while its create is under way.
 * Where the ledger, which hears of each create first, knows of none, nobody else is asked.
 */
export async function findCreatedExport(
  deps: ActivityDeps,
  input: StepInput & { matterId: string },
): Promise<CreatedExport> {
  return tellingQueue(deps, input.journal.job, (tell) =>
    runAttempt(deps, 'find', input, {}, async (attempt) => {
      const events = await deps.ledger.events(input.journal.job.jobId);
      const wasNeverSent = events.length > 0 && priorCreate(events, input.timing).type === 'NONE';
      const vault = deps.vaultFor(input.journal.job.tenant);
      const earlier = wasNeverSent ? undefined : await lookForEarlier(deps, vault, input, attempt);
      const end = earlier ?? { type: 'DONE', result: { type: 'ABSENT' } };
      tellEnd(tell, input, end);
      return end;
    }),
  );
}

/** Runs it where the job has the turn; else says how long until it may ask again. */
async function inTurn(
  deps: ActivityDeps,
  input: CreateExportInput,
  send: () => Promise<AttemptEnd<CreatedExport>>,
): Promise<AttemptEnd<CreatedExport>> {
  const { job } = input.journal;
  const { turnUntil, priority } = input;
  const isFresh = turnUntil !== undefined && Date.parse(turnUntil) > Date.now();
  if (isFresh && Context.current().info.attempt === 1) return send();
  const place = await deps.admission.placeOf(job);
  switch (place.type) {
    case 'ADMITTED':
      return send();
    case 'WAITING':
      return notItsTurn(describePlace(place), place.changesAtMs);
    case 'UNKNOWN':
    // It was just proven that none was made: whoever told the queue otherwise was not this job.
    case 'RUNNING':
      await deps.admission.join(job, { priority });
      return notItsTurn('Joined the queue for Vault’s exports', Date.now());
    case 'UNANSWERED':
      return notItsTurn('The queue does not answer');
  }
}

/** Nobody wakes a create that waits, so it looks often: a slot should not stay free for long. */
const TURN_LOOK_MS = 15_000;

function notItsTurn(detail: string, changesAtMs?: number): AttemptEnd<never> {
  const retryAfterMs = Math.min(TURN_LOOK_MS, Math.max(1, (changesAtMs ?? Infinity) - Date.now()));
  return {
    type: 'FAILED',
    failure: { type: 'SLOT', on: 'slot', pace: 'turn', executed: false, retryAfterMs, detail },
  };
}

/** A slot is taken, or not needed any more. What a create that was sent and failed means, its sender says. */
function tellEnd(tell: Tell, { journal }: StepInput, end: AttemptEnd<CreatedExport>): void {
  if (end.type !== 'DONE') return;
  switch (end.result.type) {
    case 'CREATED':
    case 'FOUND':
      return tell(hasStarted(journal.job));
    case 'REFUSED':
    case 'ABSENT':
      return tell(hasLeft(journal.job));
  }
}

/** Undefined where it is proven that no earlier attempt made an export. */
async function lookForEarlier(
  deps: ActivityDeps,
  vault: VaultClient,
  input: StepInput & { matterId: string },
  attempt: Attempt<object>,
): Promise<AttemptEnd<CreatedExport> | undefined> {
  const { jobId } = input.journal.job;
  const { timing, matterId } = input;
  const prior = priorCreate(await deps.ledger.events(jobId), timing);
  if (prior.type === 'CREATED') {
    return {
      type: 'DONE',
      result: { type: 'FOUND', exportId: prior.remoteName, createTime: prior.createTime },
    };
  }
  try {
    const mark = marker(deps.identity, jobId);
    for await (const listed of allExports(vault, matterId, timing.requestTimeoutMs)) {
      // How Vault names a child export is not documented; it may well inherit the marker.
      const isChild = listed.parentExportId !== undefined;
      if (!isChild && isMarked(listed.name, mark))
        return { type: 'DONE', result: takeOver('FOUND', listed, attempt) };
    }
  } catch (error) {
    const failure = failureOf(error);
    // After a lost answer a matter that is suddenly unknown is a lost right: an export may well stand in it.
    if (prior.type === 'UNKNOWN' && failure.pace === 'never') {
      return { type: 'FAILED', failure: { ...failure, on: 'access', pace: 'access' } };
    }
    return refusedOrFailed(failure);
  }
  if (prior.type === 'NONE') return undefined;
  const unsettledMs = prior.settledAtMs - Date.now();
  if (unsettledMs <= 0) return undefined;
  return {
    type: 'LOOK_AGAIN',
    waitMs: Math.min(unsettledMs, timing.goneReadMs),
    seen: 'An earlier create got no answer and the matter does not list its export yet',
  };
}

async function sendCreate(
  deps: ActivityDeps,
  vault: VaultClient,
  input: CreateExportInput,
  attempt: Attempt<object>,
  tell: Tell,
): Promise<AttemptEnd<CreatedExport>> {
  const { timing, matterId, name, query, exportOptions } = input;
  const call = await beginCall(attempt, 'create', { matterId });
  try {
    const made = await vault.createExport(
      matterId,
      {
        name: markedName(name, marker(deps.identity, input.journal.job.jobId)),
        query,
        ...(exportOptions && { exportOptions }),
      },
      { timeoutMs: timing.requestTimeoutMs },
    );
    const result = takeOver('CREATED', made, attempt);
    call.ok({ remoteName: made.id, createTime: result.createTime });
    return { type: 'DONE', result };
  } catch (error) {
    const failure = failureOf(error);
    call.failed(failure);
    const { jobId } = input.journal.job;
    const mayHoldSlot = failure.executed === 'unknown';
    tell(failure.type === 'SLOT' ? { type: 'FULL', jobId } : { type: 'NOT_STARTED', jobId, mayHoldSlot });
    return refusedOrFailed(failure);
  }
}

function takeOver<T extends 'CREATED' | 'FOUND'>(type: T, made: VaultExport, attempt: Attempt<object>) {
  const createTime = made.createTime ?? new Date().toISOString();
  attempt.note({
    type: type === 'CREATED' ? 'CREATED' : 'ADOPTED',
    detail: { exportId: made.id, matterId: made.matterId, createTime },
  });
  return { type, exportId: made.id, createTime };
}

function refusedOrFailed(failure: Failure): AttemptEnd<CreatedExport> {
  if (failure.pace !== 'never') return { type: 'FAILED', failure };
  return { type: 'DONE', result: { type: 'REFUSED', detail: failure.detail } };
}
