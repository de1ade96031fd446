import { Context } from '@temporalio/activity';
import type { JsonObject } from '../src/domain/json';
import type { LedgerEvent } from '../src/domain/ledger-event';
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
import { exportsOf } from './pages';
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
export type CreatedExport = Recalling &
  (
    | { type: 'CREATED' | 'FOUND'; exportId: string; createTime: string }
    | { type: 'REFUSED'; detail: string }
    | { type: 'ABSENT' }
    | IdTaken
  );

/**
 * Makes the job's export, once: an export that bears the job's marker is taken over instead of made again.
 * Vault knows no idempotency key, so after an attempt whose answer was lost nothing is made until the list
 * has had time to show it. Each create takes a turn of the queue's; one that was refused, or went unanswered,
 * queues for another here. At least once per job; safe to repeat at any point.
 */
export async function createExport(deps: ActivityDeps, input: CreateExportInput): Promise<CreatedExport> {
  return tellingQueue(deps, input.journal.job, (tell) =>
    runAttempt(deps, 'create', input, nothingSent(), async (attempt): Promise<AttemptEnd<CreatedExport>> => {
      const vault = deps.vaultFor(input.journal.job.tenant);
      const events = await deps.ledger.events(input.journal.job.jobId);
      const earlier =
        takenBy(events, input) ?? (await lookForEarlier(deps, vault, { ...input, events }, attempt));
      const end = earlier ?? (await inTurn(deps, input, () => sendCreate(deps, vault, input, attempt, tell)));
      tellEnd(tell, input, end);
      return withRecalled(end, events, input);
    }),
  );
}

function takenBy(events: readonly LedgerEvent[], input: StepInput): AttemptEnd<CreatedExport> | undefined {
  const taken = idTakenBy(events, input);
  return taken && { type: 'DONE', result: taken };
}

function withRecalled(
  end: AttemptEnd<CreatedExport>,
  events: readonly LedgerEvent[],
  input: StepInput,
): AttemptEnd<CreatedExport> {
  return end.type === 'DONE'
    ? { type: 'DONE', result: { ...end.result, ...recalledFrom(events, input) } }
    : end;
}

/**
 * The same look without making anything: for a job that is cancelled before or while its create is under way. Where this
 * run has sent none, and a ledger that knew the job before knows of none, Vault is not asked.
 */
export async function findCreatedExport(
  deps: ActivityDeps,
  input: StepInput & MaybeSent & { matterId: string },
): Promise<CreatedExport> {
  return tellingQueue(deps, input.journal.job, (tell) =>
    runAttempt(
      deps,
      'find',
      input,
      nothingSent(),
      async (attempt): Promise<AttemptEnd<CreatedExport>> => {
        const events = await deps.ledger.events(input.journal.job.jobId);
        const vault = deps.vaultFor(input.journal.job.tenant);
        const found = wasNeverSent(events, input, attempt.state)
          ? undefined
          : (takenBy(events, input) ??
            (await lookForEarlier(deps, vault, { ...input, events, isLastWord: true }, attempt)));
        const end: AttemptEnd<CreatedExport> = found ?? { type: 'DONE', result: { type: 'ABSENT' } };
        tellEnd(tell, input, end);
        return withRecalled(end, events, input);
      },
      READ_FIRST,
    ),
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
    case 'ID_TAKEN':
      return tell(hasLeft(journal.job));
  }
}

/** Undefined where it is proven that no earlier attempt made an export. */
async function lookForEarlier(
  deps: ActivityDeps,
  vault: VaultClient,
  input: StepInput & {
    matterId: string;
    events: readonly LedgerEvent[];
    /** Nothing is sent after it: what it does not find was never made. */
    isLastWord?: true;
  },
  attempt: Attempt<SentState>,
): Promise<AttemptEnd<CreatedExport> | undefined> {
  const { jobId } = input.journal.job;
  const { timing, matterId, events, isLastWord = false } = input;
  const prior = earlierCreate(events, input, attempt.state);
  if (prior.type === 'CREATED') {
    return {
      type: 'DONE',
      result: { type: 'FOUND', exportId: prior.remoteName, createTime: prior.createTime },
    };
  }
  if (isProvenAbsent(prior, attempt.state)) return undefined;
  dropStaleWalk(prior, attempt.state);
  const mark = marker(deps.identity, jobId);
  let found: VaultExport | undefined;
  const walked = await walk(
    exportsOf(vault, matterId, timing.requestTimeoutMs),
    attempt.state,
    (listed) => {
      // How Vault names a child export is not documented; it may well inherit the marker.
      if (listed.parentExportId !== undefined || !isMarked(listed.name, mark)) return false;
      found = listed;
      return true;
    },
    { pace: deps.walkPace, tenant: input.journal.job.tenant },
  );
  switch (walked.type) {
    case 'STOPPED':
      return found && { type: 'DONE', result: takeOver('FOUND', found, attempt) };
    case 'LOOK_AGAIN':
      return walked;
    case 'FAILED': {
      const { failure } = walked;
      // A matter that is suddenly unknown is a lost right: an export may well stand in it.
      if ((prior.type === 'UNKNOWN' || isLastWord) && failure.pace === 'never') {
        return { type: 'FAILED', failure: { ...failure, on: 'access', pace: 'access' } };
      }
      return refusedOrFailed(failure);
    }
    case 'WHOLE':
      attempt.state.absentAtMs = walked.begunAtMs;
      if (prior.type === 'NONE' || isProvenAbsent(prior, attempt.state)) return undefined;
      return {
        type: 'LOOK_AGAIN',
        waitMs: untilNextWalk(prior, walked.pages, timing.goneReadMs),
        seen: 'An earlier create got no answer and the matter does not list its export yet',
      };
  }
}

async function sendCreate(
  deps: ActivityDeps,
  vault: VaultClient,
  input: CreateExportInput,
  attempt: Attempt<SentState>,
  tell: Tell,
): Promise<AttemptEnd<CreatedExport>> {
  const { timing, matterId, name, query, exportOptions } = input;
  const call = await beginCall(attempt, 'create', { matterId });
  attempt.state.sentAtMs = Date.now();
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
    if (failure.executed === false) delete attempt.state.sentAtMs;
    const { jobId } = input.journal.job;
    const mayHoldSlot = failure.executed === 'unknown';
    tell(failure.type === 'SLOT' ? { type: 'FULL', jobId } : { type: 'NOT_STARTED', jobId, mayHoldSlot });
    return refusedOrFailed(failure);
  }
}

function takeOver<T extends 'CREATED' | 'FOUND'>(type: T, made: VaultExport, attempt: Attempt<SentState>) {
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
