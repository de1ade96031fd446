import { ApplicationFailure } from '@temporalio/workflow';
import type { z } from 'zod';

/** A schema must take whatever our own activities answer: the compiler refuses one that does not. */
export type Accepting<R, S extends z.ZodType> = [R] extends [z.input<S>] ? unknown : never;

/** A step of what a person starts anew, or a schedule does: one that somebody completed by hand fails it. */
export function answeredOrFailed<I, R, S extends z.ZodType>(
  schema: S & Accepting<R, S>,
  run: (input: I) => Promise<R>,
): (input: I) => Promise<R> {
  return async (input) => {
    const answer = await run(input);
    if (schema.safeParse(answer).success) return answer;
    throw ApplicationFailure.nonRetryable(
      'A step was completed in Temporal with what is no answer of its own: start this again',
      'NoAnswer',
    );
  };
}
