import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload, PayloadConverter } from '@temporalio/common';
import { unreadableFor } from '../domain/undecryptable';
import type { Undecryptable } from '../domain/undecryptable';

/**
 * For readers outside a workflow. One value whose key is not here must not hide the others: a list of jobs
 * reads the memo of each. Whoever wants the value itself asks `isUndecryptable`.
 */
export const payloadConverter: PayloadConverter = {
  toPayload: (value) => defaultPayloadConverter.toPayload(value),
  // The shape is the SDK's.
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  fromPayload: <T>(payload: Payload): T => {
    const keyId = unreadableFor(payload);
    if (keyId === undefined) return defaultPayloadConverter.fromPayload<T>(payload);
    const instead: Undecryptable = { undecodable: true, keyId };
    return defaultPayloadConverter.fromPayload<T>(defaultPayloadConverter.toPayload(instead));
  },
};
