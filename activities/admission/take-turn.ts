import { Context } from '@temporalio/activity';
import type { Place } from '../../src/domain/admission-messages';
import { formatDuration } from '../../src/domain/duration';
import { BLOCKED_SIGNAL } from '../../src/domain/messages';
import { priorCreate } from '../../src/domain/prior-calls';
import type { StepName } from '../../src/domain/step-name';
import { runAttempt } from '../attempt';
import type { AttemptEnd } from '../attempt';
import { jitter } from '../backoff';
import type { ActivityDeps } from '../deps';
import type { StepInput } from '../step';

export type Turn =
  /** Until then one create may go out without asking again. ISO. */
  | { type: 'ADMITTED'; until: string }
  /** An earlier run of this job may have made its export: that is looked for before anything else. */
  | { type: 'LOOK_FIRST' };

export interface TakeTurnInput extends StepInput {
  priority: number;
}

/** What the next attempt goes on from. */
interface QueueState {
  waitingSince?: string;
  /** The position the job was last told. */
  toldPosition?: number;
}

/** The first in the queue are asked after more often: they may be next. */
const NEAR = 20;
const NEAR_LOOK_MS = 60_000;
/** By then the queue has most often said that it is the turn already. */
const FIRST_LOOK_MS = 3_000;
/** A shorter wait is not worth a line in the job's history. */
const NOTICEABLE_MS = 5_000;
/** A job far back hears from its place again when it has come so much closer. */
const NOTICEABLE_FACTOR = 10;

/**
 * Joins the queue for one of Vault's slots and waits for the turn. The queue ends this step when it comes;
 * looking again now and then is for the case that the queue has forgotten it. Safe to repeat.
 */
export async function takeTurn(deps: ActivityDeps, input: TakeTurnInput): Promise<Turn> {
  const initial: QueueState = {};
  return runAttempt(deps, 'queue', input, initial, async ({ state }): Promise<AttemptEnd<Turn>> => {
    const { job } = input.journal;
    const join = async () => {
      const { activityId } = Context.current().info;
      await deps.admission.join(job, { priority: input.priority, stepId: activityId });
      return lookAgain(input, 'Joined the queue for Vault’s exports', FIRST_LOOK_MS);
    };
    if (state.waitingSince === undefined) {
      const prior = priorCreate(await deps.ledger.events(job.jobId), input.timing);
      if (prior.type !== 'NONE') return { type: 'DONE', result: { type: 'LOOK_FIRST' } };
      state.waitingSince = new Date().toISOString();
      return join();
    }
    const place = await deps.admission.placeOf(job);
    switch (place.type) {
      case 'ADMITTED':
        return { type: 'DONE', result: place };
      case 'UNKNOWN':
        // It was ended and begun anew, or is as long as it may be.
        return join();
      case 'RUNNING': {
        // Anybody could have told the queue so; the ledger hears of each create before Vault does.
        const prior = priorCreate(await deps.ledger.events(job.jobId), input.timing);
        return prior.type === 'NONE' ? join() : lookAgain(input, 'This step has been overtaken');
      }
      case 'UNANSWERED':
        return lookAgain(input, 'The queue does not answer');
      case 'WAITING':
        await tellPosition(deps, input, state, place);
        return lookAgain(input, describePlace(place), place.position <= NEAR ? NEAR_LOOK_MS : undefined);
    }
  });
}

export type WaitingPlace = Extract<Place, { type: 'WAITING' }>;

export function describePlace({ position, waiting, expectedAtMs }: WaitingPlace): string {
  const where = `Place ${position} of ${waiting} in the queue for Vault's exports`;
  if (expectedAtMs === undefined) return where;
  const inMs = expectedAtMs - Date.now();
  return `${where}, expected to start ${inMs < NOTICEABLE_MS ? 'now' : `in ${formatDuration(inMs)}`}`;
}

/**
 * Not all at once: a workflow answers one query at a time, and the server keeps but one more waiting.
 * https://github.com/temporalio/temporal, `history.maxBufferedQueryCount`
 */
function lookAgain(
  { timing }: TakeTurnInput,
  seen: string,
  atMostMs = Number.POSITIVE_INFINITY,
): AttemptEnd<never> {
  return { type: 'LOOK_AGAIN', waitMs: jitter(Math.min(atMostMs, timing.backoffMaxMs)), seen };
}

/** Shows the job's own page where it stands. Seldom: each time costs its history four events. */
async function tellPosition(
  deps: ActivityDeps,
  input: TakeTurnInput,
  state: QueueState,
  place: WaitingPlace,
): Promise<void> {
  const { position, expectedAtMs } = place;
  const isNews =
    state.toldPosition === undefined
      ? expectedAtMs === undefined || expectedAtMs - Date.now() > NOTICEABLE_MS
      : position * NOTICEABLE_FACTOR <= state.toldPosition;
  if (!isNews) return;
  const { token } = input;
  await deps.signalJob(input.journal.job, BLOCKED_SIGNAL, {
    on: 'slot',
    since: state.waitingSince,
    during: 'queue' satisfies StepName,
    detail: describePlace(place),
    ...(token !== undefined && { token }),
  });
  state.toldPosition = position;
}
