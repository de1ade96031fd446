import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { StepInput } from '../../activities/step';
import type { JobIdentity } from '../domain/journal';
import type { Metrics } from './metrics';

/** The steps that make something: with their first attempt a job's wait for its turn is over. */
const MAKING: ReadonlySet<string> = new Set(['createExport', 'startCount']);

/** Gives every line that a step logs the job it concerns, and counts attempts. */
export function observeSteps(metrics: Metrics | undefined): ActivityInterceptorsFactory {
  return ({ info }) => {
    let job: JobIdentity | undefined;
    return {
      inbound: {
        execute: async (input, next) => {
          job = jobOf(input.args[0]);
          if (metrics === undefined) return next(input);
          if (job !== undefined && info.attempt === 1 && MAKING.has(info.activityType)) {
            const { tenant, kind, startedAt } = job;
            const waitedMs = Date.now() - Date.parse(startedAt);
            metrics.observe('queueWaitSeconds', { tenant, kind }, waitedMs / 1000);
          }
          const step = info.activityType;
          try {
            const result = await next(input);
            metrics.count('stepAttempts', { step, end: 'done' });
            return result;
          } catch (error) {
            metrics.count('stepAttempts', { step, end: endOf(error) });
            throw error;
          }
        },
      },
      outbound: {
        getLogAttributes: (attributes, next) =>
          next(job === undefined ? attributes : { ...attributes, kind: job.kind, tenant: job.tenant }),
      },
    };
  };
}

/** All steps of jobs are given the same; what else a worker may run is not. */
function jobOf(argument: unknown): JobIdentity | undefined {
  return isStepInput(argument) ? argument.journal.job : undefined;
}

function isStepInput(value: unknown): value is StepInput {
  return (
    typeof value === 'object' &&
    value !== null &&
    'journal' in value &&
    typeof value.journal === 'object' &&
    value.journal !== null &&
    'job' in value.journal
  );
}

/** The two failures by which a step asks to be run again; see activities/attempt.ts. */
function endOf(error: unknown): 'look_again' | 'waiting' | 'interrupted' | 'failed' {
  if (error instanceof CancelledFailure) return 'interrupted';
  if (!(error instanceof ApplicationFailure)) return 'failed';
  if (error.type === 'LookAgain') return 'look_again';
  return error.type === 'Waiting' ? 'waiting' : 'failed';
}
