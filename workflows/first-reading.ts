import { log, patched, workflowInfo } from '@temporalio/workflow';
import { isUndecryptable, undecryptable } from '../src/domain/undecryptable';

/**
 * Takes what came from outside as it was read when it came. What could not be decrypted then stays so in every replay: a
 * key that is configured later, or taken away, must not rewrite what the job did. The marker of a patch is the note of it
 * in the history.
 */
function createFirstReading(
  what: string,
  asUnnoted: (payload: unknown) => unknown,
): (payload: unknown) => unknown {
  let messages = 0;
  return (payload) => {
    messages += 1;
    const note = `undecryptable-${what}-${messages}`;
    if (workflowInfo().unsafe.isReplaying) return patched(note) ? { undecodable: true } : asUnnoted(payload);
    if (isUndecryptable(payload) && patched(note)) {
      log.warn(`A ${what} could not be decrypted; it counts as one without a word`, { keyId: payload.keyId });
    }
    return payload;
  };
}

/** A request was read once, so its key exists: a replay without it waits for a worker that has it. */
export function firstReadingOfRequests(): (payload: unknown) => unknown {
  return createFirstReading('request', (payload) => {
    if (isUndecryptable(payload)) throw new Error(undecryptable(payload.keyId));
    return payload;
  });
}

/** Words of the job's own steps: nothing waits for one that cannot be read. */
export function firstReadingOfWords(): (payload: unknown) => unknown {
  return createFirstReading('word', (payload) => payload);
}
