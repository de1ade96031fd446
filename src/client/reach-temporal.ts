import { isGrpcServiceError, ServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { UnreachableError } from './errors';

/** gRPC codes that say the server could not be asked, as opposed to what it answered. */
const CANCELLED = 1;
const INVALID_ARGUMENT = 3;
const DEADLINE_EXCEEDED = 4;
const UNAVAILABLE = 14;

/** Runs a call to Temporal; a server that does not answer becomes one error that says so. */
export async function reachTemporal<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || !isUnanswered(error)) throw error;
    throw new UnreachableError('Temporal does not answer: check TEMPORAL_ADDRESS and that the server runs', {
      cause: error,
    });
  }
}

export function isUnanswered(error: unknown): boolean {
  const code: number | undefined = answerIn(error)?.code;
  return code !== undefined && [CANCELLED, DEADLINE_EXCEEDED, UNAVAILABLE].includes(code);
}

/** What the server says is wrong with what it was given, in its own words; undefined for any other error. */
export function invalidArgument(error: unknown): string | undefined {
  const answer = answerIn(error);
  const code: number | undefined = answer?.code;
  if (answer === undefined || code !== INVALID_ARGUMENT) return undefined;
  // A worker's native connection leaves `details` empty.
  return (answer.details || answer.message).split('\n')[0];
}

function answerIn(error: unknown) {
  // There the answer itself is a ServiceError, without a cause.
  const answer = error instanceof ServiceError && !isGrpcServiceError(error) ? error.cause : error;
  return isGrpcServiceError(answer) ? answer : undefined;
}

/** gRPC gives no code of its own for "no worker": the server says it in words, in the cause. */
export function isNoWorker(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /no poller|workflow task/i.test(error.message) || isNoWorker(error.cause);
}
