import { log, patched, workflowInfo } from '@temporalio/workflow';
import { isUndecryptable, undecryptable } from '../src/domain/undecryptable';

/**
 * Takes requests as they were read when they came. One that could not be decrypted then stays so in every
 * replay: a key that is configured later, or taken away, must not rewrite what the job did. The marker of a
 * patch is the note of it in the history.
 */
export function createFirstReading(): (payload: unknown) => unknown {
  let requests = 0;
  return (payload) => {
    requests += 1;
    const note = `undecryptable-request-${requests}`;
    if (workflowInfo().unsafe.isReplaying) return asNoted(payload, patched(note));
    if (isUndecryptable(payload) && patched(note)) {
      log.warn('A request could not be decrypted; it counts as one without a word', { keyId: payload.keyId });
    }
    return payload;
  };
}

function asNoted(payload: unknown, wasUndecryptable: boolean): unknown {
  if (wasUndecryptable) return { undecodable: true };
  // It was read once, so the key exists: this replay waits for a worker that has it.
  if (isUndecryptable(payload)) throw new Error(undecryptable(payload.keyId));
  return payload;
}
