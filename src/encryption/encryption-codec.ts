import type { PayloadCodec } from '@temporalio/common';
import { encryptedWith } from '../domain/undecryptable';
import type { KeyRing } from './key-ring';
import { decrypt, encrypt } from './payload-cipher';

/** A payload that could not be decrypted. Where its workflow waits for the key, this is what operators see. */
export interface Unreadable {
  keyId: string;
  why: 'UNKNOWN_KEY' | 'DAMAGED';
  workflowId?: string | undefined;
}

/**
 * Encrypts what a workflow and its clients write. What it cannot decrypt it reports and hands on as it is: an
 * error in a codec would fail the workflow task whatever the payload is, and who reads the payload knows better.
 */
export function encryptionCodec(
  keys: KeyRing,
  report: (unreadable: Unreadable) => void = () => {},
): PayloadCodec {
  return {
    encode: async (payloads) => payloads.map((payload) => encrypt(payload, keys.newest)),
    decode: async (payloads, context) =>
      payloads.map((payload) => {
        const result = decrypt(payload, keys);
        switch (result.type) {
          case 'DECRYPTED':
            return result.payload;
          case 'PLAIN':
            return payload;
          case 'UNKNOWN_KEY':
          case 'DAMAGED':
            report({
              keyId: encryptedWith(payload) ?? '',
              why: result.type,
              workflowId: context?.workflowId,
            });
            return payload;
        }
      }),
  };
}
