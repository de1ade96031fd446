import { assertNever } from '../../domain/assert-never';
import type { PolicyReport, ReportLine, Sentence, Standing } from '../../domain/policy-report';
import { paintOutcome } from './palette';
import type { Palette } from './palette';

/** Why a job is in or out, or what became of it. */
export function lineInWords(
  { standing, sentence }: ReportLine,
  action: PolicyReport['action'],
  palette: Palette,
): string {
  if (sentence?.type === 'WOULD_CANCEL' && action === 'report') return palette.busy('stale');
  return sentence ? sentenceInWords(sentence, palette) : standingInWords(standing, palette);
}

function standingInWords(standing: Standing, { dim }: Palette): string {
  switch (standing.type) {
    case 'STALE':
      return 'stale';
    case 'TOO_YOUNG':
      return dim('too young');
    case 'EXCLUDED':
      return dim(`excluded by except.${standing.by}`);
    case 'ALREADY_ASKED':
      return dim('asked to cancel already');
    case 'NOT_CANCELLABLE':
      return dim('asked already, and nothing can cancel it');
    case 'BLOCKED':
      return dim(`blocked on ${standing.on}`);
    case 'FINISHED':
      return dim('has just ended');
    case 'NO_MATCH':
      return dim('no longer in the matched state');
    case 'UNREADABLE':
      return dim(`left alone: ${standing.because}`);
    default:
      return assertNever('standing', standing);
  }
}

function sentenceInWords(sentence: Sentence, palette: Palette): string {
  const { warn, bad, dim, busy } = palette;
  switch (sentence.type) {
    case 'ENDED':
      return paintOutcome(sentence.outcome, palette);
    case 'PENDING':
      return warn('asked; how it ends is not known yet');
    case 'SKIPPED':
      return dim(`asked, and it declined: ${sentence.because}`);
    case 'FINISHED_MEANWHILE':
      return dim(`had ended by itself${sentence.outcome ? `: ${sentence.outcome}` : ''}`);
    case 'NOT_CANCELLABLE':
      return warn(`asked, and nothing can cancel it: ${sentence.disposition}`);
    case 'OVER_CAP':
      return bad('stale; not asked: over the cap');
    case 'WOULD_CANCEL':
      return busy('stale; would be asked to cancel');
    case 'CALLED_OFF':
      return warn(`not asked: ${sentence.because}`);
    case 'FAILED':
      return bad(`could not be asked: ${sentence.because}`);
    default:
      return assertNever('sentence', sentence);
  }
}
