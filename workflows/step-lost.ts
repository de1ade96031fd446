import { ActivityFailure, ApplicationFailure, CancellationScope, patched, sleep } from '@temporalio/workflow';
import type { StepName } from '../src/domain/step-name';
import type { Timing } from '../src/domain/timing';

/** The pace of steps that somebody ends again and again: the history must last for as long as a job may live. */
const LONGEST_PAUSE_MS = 10 * 60_000;

/** A step that ended otherwise than by an answer of its own, and is to run again. */
export class StepLost extends Error {
  readonly step: StepName;

  constructor(step: StepName, why: string) {
    super(why);
    this.step = step;
  }
}

/** Our own activities refuse by this type where no waiting mends what they met. */
export const LEDGER_CONFLICT = 'LedgerConflict';

/**
 * What a failed activity means for its step. A step has no limit on its attempts or its time, so one that fails all the
 * same was failed by a hand. Throws where it stays failed: the job cancelled it, or the ledger holds another verdict.
 */
export function lostOrFailed(step: StepName, error: unknown): StepLost {
  if (!(error instanceof ActivityFailure) || CancellationScope.current().consideredCancelled) throw error;
  const { cause, retryState } = error;
  if (step === 'record' && cause instanceof ApplicationFailure && cause.type === LEDGER_CONFLICT) throw error;
  /*
   * A job that failed here wrote its last lines before it ended: one that still waits for its ledger to do so has that in
   * its history, and must go on as it began.
   */
  if (!patched('run-lost-steps-again')) throw error;
  return new StepLost(step, whyLost(retryState));
}

function whyLost(retryState: ActivityFailure['retryState']): string {
  if (retryState === 'MAXIMUM_ATTEMPTS_REACHED')
    return 'Its attempts were limited in Temporal, and are used up';
  if (retryState === 'TIMEOUT') return 'Its time was limited in Temporal, and is used up';
  return 'It was failed in Temporal';
}

/** How long a step that was lost so often in a row waits before it runs again. */
export function pauseMs(losses: number, { backoffMinMs }: Timing): number {
  return Math.min(LONGEST_PAUSE_MS, backoffMinMs * 2 ** Math.min(losses, 30));
}

/** Runs it until it ends by an answer of its own, and shows what happened to it in between. */
export async function untilAnswered<R>(
  timing: Timing,
  run: () => Promise<R>,
  show: { lost: (lost: StepLost, again: { inMs: number }) => void; again: (lost: StepLost) => void },
): Promise<R> {
  for (let losses = 0; ; losses += 1) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof StepLost)) throw error;
      const inMs = pauseMs(losses, timing);
      show.lost(error, { inMs });
      try {
        await sleep(inMs, { summary: `The step ${error.step} was ended by hand: run it again` });
      } finally {
        show.again(error);
      }
    }
  }
}
