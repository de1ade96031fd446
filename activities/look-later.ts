import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { timerMs } from '../src/domain/delay';
import { formatDuration } from '../src/domain/duration';

/**
 * The one failure by which an activity says when it is to be tried again. The native part of the SDK panics at a delay
 * that is no finite number, and the retry would take the next worker down: no delay leaves by another door.
 */
export function lookLater(type: 'LookAgain' | 'Waiting', seen: string, waitMs: number): ApplicationFailure {
  const nextRetryDelay = timerMs(waitMs);
  const later = ApplicationFailure.create({
    message: `${seen}; looks again in ${formatDuration(nextRetryDelay)}`,
    type,
    nextRetryDelay,
    // Waiting is no fault: it belongs neither into the warnings nor into the failure metrics.
    category: ApplicationFailureCategory.BENIGN,
  });
  // The Temporal UI shows what the last look saw; a stack below it would say that something broke.
  later.stack = '';
  return later;
}
