import picocolors from 'picocolors';
import type { JobSummary } from '../../client';
import { assertNever } from '../../domain/assert-never';
import type { Outcome } from '../../domain/outcome';

type Paint = (text: string) => string;

export interface Palette {
  bold: Paint;
  dim: Paint;
  good: Paint;
  warn: Paint;
  bad: Paint;
  busy: Paint;
}

/** Colours on a terminal only, and never against NO_COLOR. https://no-color.org */
export function paletteFor(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): Palette {
  const coloured = stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  const { bold, dim, green, yellow, red, cyan } = picocolors.createColors(coloured);
  return { bold, dim, good: green, warn: yellow, bad: red, busy: cyan };
}

export function paintOutcome(outcome: Outcome, palette: Palette): string {
  switch (outcome) {
    case 'COMPLETED':
    case 'CANCELLED':
      return palette.good(outcome);
    case 'COMPLETED_DESPITE_CANCEL':
    case 'DELETED':
      return palette.warn(outcome);
    case 'FAILED':
    case 'VANISHED':
    case 'ENDED_UNKNOWN':
    case 'UNCONFIRMED':
      return palette.bad(outcome);
    default:
      return assertNever('outcome', outcome);
  }
}

export function paintState(state: JobSummary['state'], palette: Palette): string {
  switch (state) {
    case 'QUEUED':
    case 'CREATING':
    case 'RUNNING':
      return palette.busy(state);
    case 'CANCEL_REQUESTED':
    case 'CANCELLING':
    case 'CANCEL_UNCONFIRMED':
    case 'NOT_CANCELLABLE':
      return palette.warn(state);
    case 'FAILED':
    case 'TERMINATED':
    case 'TIMED_OUT':
      return palette.bad(state);
    case 'ENDED':
      return state;
    default:
      return assertNever('state', state);
  }
}
