import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload, PayloadConverter } from '@temporalio/common';
import { encryptedWith, FROM_ANYBODY, undecryptable, unreadableFor } from '../src/domain/undecryptable';

/**
 * A signal whose payload cannot be decoded fails its workflow task again and again: the job would be stuck
 * for good, by a slip of whoever sent it. Such a payload becomes an empty request that says so instead.
 *
 * What is encrypted with a key that this worker lacks is another matter. A job's input, or what a step found
 * out, must wait until the key is there: failing the task is how a workflow waits, and Temporal shows why.
 * Only what anybody may have sent is taken as undecodable then, too; and what he sent readable is read, even where
 * encryption is required: whoever cancels in Temporal's UI has no key.
 */
export const payloadConverter: PayloadConverter = {
  toPayload: (value) => defaultPayloadConverter.toPayload(value),
  // The shape is the SDK's.
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  fromPayload: <T>(payload: Payload, _context?: unknown, hint?: { converter: string }): T => {
    const isFromAnybody = hint?.converter === FROM_ANYBODY.converter;
    const unreadable = unreadableFor(payload);
    if (unreadable !== undefined && !isFromAnybody) throw new Error(undecryptable(unreadable));
    try {
      return defaultPayloadConverter.fromPayload<T>(payload);
    } catch {
      // Every reader of a request checks what it gets; none takes this for more than it is.
      return defaultPayloadConverter.fromPayload<T>(
        defaultPayloadConverter.toPayload({ undecodable: true, ...keyOf(payload) }),
      );
    }
  },
};

function keyOf(payload: Payload): { keyId?: string } {
  const keyId = encryptedWith(payload);
  return keyId === undefined ? {} : { keyId };
}
