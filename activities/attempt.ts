import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { LONG_SERVER_WAIT_MS } from '../src/domain/delay';
import type { Blocked } from '../src/domain/job-record';
import type { LedgerEvent } from '../src/domain/ledger-event';
import type { StepName } from '../src/domain/step-name';
import { isLedgerError } from '../src/ledger/ledger-error';
import { isVaultError } from '../src/vault/vault-error';
import type { ActivityDeps } from './deps';
import { explainWait, waitAfter } from './backoff';
import { asReadFailure, classifyFailure } from './failure-table';
import type { Failure } from './failure-table';
import { lookLater } from './look-later';
import type { StepInput } from './step';

export interface AttemptOptions {
  /**
   * The journal's entries go along with the step's first `noteNow`, the job's row is brought up to date at its end, and
   * nothing is written before all else: for a step that somebody waits for, that reads nothing from the ledger, and
   * that writes something down at once anyhow; or for one that must read what the ledger knew before.
   */
  journalRides?: boolean;
}

/** How one attempt of a step ended. */
export type AttemptEnd<R> =
  | { type: 'DONE'; result: R }
  /** Nothing is wrong; there is just nothing to tell yet. */
  | {
      type: 'LOOK_AGAIN';
      waitMs: number;
      seen: string;
      /** A part of the work is done, and what ailed it before may ail it again: that stays in view. */
      ailing?: boolean;
    }
  | { type: 'FAILED'; failure: Failure };

/** Travels from attempt to attempt in the heartbeat, and is what the Temporal UI shows of a pending step. */
interface Progress<S, R> {
  step: StepName;
  errorsInARow: number;
  waitingSince?: string;
  blocked?: Blocked;
  state: S;
  /** Known, but the ledger could not be told yet. */
  answer?: R;
  unwritten: LedgerEvent[];
  journalWritten?: true;
}

/** One attempt of a step, as its code sees it. */
export interface Attempt<S> {
  /** Names this attempt in the ledger, over all runs of the job. */
  id: string;
  /** What the step keeps from attempt to attempt; change it in place. */
  state: S;
  /** Written with the step's result; an outage of the ledger delays the result, never loses it. */
  note(event: Omit<LedgerEvent, 'id' | 'at'>): void;
  /** Written before this resolves: what must be known even if the process dies right after. */
  noteNow(event: Omit<LedgerEvent, 'id' | 'at'>): Promise<void>;
}

/**
 * Runs one attempt and turns everything short of a result into a failure that carries its own next delay:
 * Temporal repeats it, and the workflow's history sees none of that. Outages of any length are waited out.
 */
export async function runAttempt<S, R>(
  deps: ActivityDeps,
  step: StepName,
  input: StepInput,
  initialState: S,
  run: (attempt: Attempt<S>) => Promise<AttemptEnd<R>>,
  options: AttemptOptions = {},
): Promise<R> {
  const progress = resumeProgress<S, R>(step, initialState);
  const end = await beating(progress, () => tryOnce(deps, input, progress, run, options));
  if (end.type === 'DONE') return end.result;
  if (end.type === 'LOOK_AGAIN') {
    if (!end.ailing) {
      progress.errorsInARow = 0;
      delete progress.waitingSince;
    }
    Context.current().heartbeat(progress);
    throw lookLater('LookAgain', end.seen, end.waitMs);
  }
  progress.errorsInARow += 1;
  progress.waitingSince ??= new Date().toISOString();
  await block(deps, input, progress, end.failure);
  const waitMs = waitAfter(end.failure, progress.errorsInARow, input.timing);
  Context.current().heartbeat(progress);
  throw lookLater('Waiting', end.failure.detail, waitMs);
}

/** Shows that this process lives, so that an attempt that died with its worker is repeated soon. */
async function beating<T>(progress: object, run: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const { heartbeatTimeoutMs } = context.info;
  if (heartbeatTimeoutMs === undefined) return run();
  const beat = setInterval(() => context.heartbeat(progress), heartbeatTimeoutMs / 4);
  try {
    return await run();
  } finally {
    clearInterval(beat);
  }
}

async function tryOnce<S, R>(
  deps: ActivityDeps,
  input: StepInput,
  progress: Progress<S, R>,
  run: (attempt: Attempt<S>) => Promise<AttemptEnd<R>>,
  { journalRides = false }: AttemptOptions,
): Promise<AttemptEnd<R>> {
  const id = attemptId();
  /** The journal, where it has not been written, and all that was noted. */
  const owed = () => [...(progress.journalWritten ? [] : input.journal.entries), ...progress.unwritten];
  const writeOwed = async () => {
    if (progress.journalWritten && progress.unwritten.length === 0) return;
    await deps.ledger.write({ ...input.journal, entries: owed() });
    progress.unwritten = [];
    progress.journalWritten = true;
  };
  /** Somebody waits for the call that follows: the job's row has time until that is answered. */
  const appendOwed = async (last: LedgerEvent) => {
    await deps.ledger.append({ ...input.journal, entries: [...owed(), last] });
    progress.unwritten = [];
  };
  let noted = 0;
  const toEvent = (event: Omit<LedgerEvent, 'id' | 'at'>): LedgerEvent => ({
    ...event,
    id: `${id}:${noted++}`,
    at: new Date().toISOString(),
  });
  const finish = async (end: AttemptEnd<R>): Promise<AttemptEnd<R>> => {
    if (end.type === 'DONE') progress.answer = end.result;
    await writeOwed();
    // Only now: while what is owed cannot be written, it is the ledger that blocks.
    if (end.type === 'DONE' || (end.type === 'LOOK_AGAIN' && !end.ailing))
      await unblock(deps, input, progress);
    await writeOwed();
    return end;
  };
  try {
    if (!journalRides) await writeOwed();
    if (progress.answer !== undefined) return await finish({ type: 'DONE', result: progress.answer });
    const end = await run({
      id,
      state: progress.state,
      note: (event) => progress.unwritten.push(toEvent(event)),
      noteNow: (event) => appendOwed(toEvent(event)),
    }).catch(failedUnexpectedly);
    return await finish(end);
  } catch (error) {
    if (!isLedgerError(error)) throw error;
    // Two verdicts of one run: no waiting mends that, and neither may be overwritten.
    if (error.code === 'CONFLICT') throw ApplicationFailure.nonRetryable(error.message, 'LedgerConflict');
    return { type: 'FAILED', failure: ledgerFailure(error.message) };
  }
}

/** Left over by a step that did not expect it: an unknown tenant, a credential that is gone. */
function failedUnexpectedly(error: unknown): Extract<AttemptEnd<never>, { type: 'FAILED' }> {
  if (isVaultError(error)) return { type: 'FAILED', failure: asReadFailure(classifyFailure(error)) };
  throw error;
}

function ledgerFailure(message: string): Failure {
  return { type: 'TRANSIENT', on: 'ledger', pace: 'backoff', executed: false, detail: message };
}

/** `<run>:<activity>:<attempt>`: a reset run counts its activities anew, so the run belongs to the name. */
export function attemptId(): string {
  const { workflowExecution, activityId, attempt } = Context.current().info;
  return `${workflowExecution?.runId ?? ''}:${activityId}:${attempt}`;
}

function resumeProgress<S, R>(step: StepName, state: S): Progress<S, R> {
  const kept: unknown = Context.current().info.heartbeatDetails;
  // Written by an earlier attempt of the same activity type, from this very type.
  return isProgress<S, R>(kept, step) ? kept : { step, errorsInARow: 0, state, unwritten: [] };
}

function isProgress<S, R>(kept: unknown, step: string): kept is Progress<S, R> {
  return typeof kept === 'object' && kept !== null && 'step' in kept && kept.step === step;
}

/** At once where a person must act or a place must come free, later where it may heal by itself. */
function errorsUntilBlocked(failure: Failure): number {
  // Nobody looks again for long, and until then nobody else would say why.
  if ((failure.retryAfterMs ?? 0) >= LONG_SERVER_WAIT_MS) return 1;
  // A token may just have run out: the second attempt has a new one.
  if (failure.type === 'CREDENTIAL') return 2;
  return failure.pace === 'access' || failure.type === 'SLOT' || failure.isCertain ? 1 : 3;
}

async function block<S, R>(
  deps: ActivityDeps,
  input: StepInput,
  progress: Progress<S, R>,
  failure: Failure,
): Promise<void> {
  if (progress.errorsInARow < errorsUntilBlocked(failure)) return;
  if (progress.blocked?.on === failure.on) return;
  // A wait for the next turn is the tail of whatever came before: that stays in view.
  if (progress.blocked !== undefined && failure.pace === 'turn') return;
  const blocked: Blocked = {
    on: failure.on,
    since: progress.waitingSince ?? new Date().toISOString(),
    during: progress.step,
    detail: explainWait(failure),
  };
  const told = await tell(deps, input, progress, 'blocked', { type: 'BLOCKED', detail: { ...blocked } });
  if (!told) return;
  progress.blocked = blocked;
  try {
    await deps.ledger.write({ ...input.journal, entries: progress.unwritten });
    progress.unwritten = [];
  } catch (error) {
    // It may be the ledger that is away. The next attempt writes this before it does anything else.
    Context.current().log.warn('could not write down a block', { error: String(error) });
  }
}

async function unblock<S, R>(deps: ActivityDeps, input: StepInput, progress: Progress<S, R>): Promise<void> {
  if (progress.blocked === undefined) return;
  const { on, since, during } = progress.blocked;
  const detail = { on, since, during };
  const told = await tell(deps, input, progress, 'unblocked', { type: 'UNBLOCKED', detail });
  if (told) delete progress.blocked;
}

/** Tells the job, and leaves the line for the ledger; where that fails the next attempt tells it again. */
async function tell<S, R>(
  deps: ActivityDeps,
  input: StepInput,
  progress: Progress<S, R>,
  signal: 'blocked' | 'unblocked',
  event: Pick<LedgerEvent, 'type' | 'detail'>,
): Promise<boolean> {
  try {
    const { token } = input;
    await deps.signalJob(input.journal.job, signal, {
      ...event.detail,
      ...(token !== undefined && { token }),
    });
    const at = new Date().toISOString();
    progress.unwritten.push({ ...event, id: `${attemptId()}:${signal}`, at });
    return true;
  } catch (error) {
    // Being shown as blocked is a courtesy: what waits goes on waiting whether or not it could be shown.
    Context.current().log.warn('could not show the job as blocked', { signal, error: String(error) });
    return false;
  }
}
