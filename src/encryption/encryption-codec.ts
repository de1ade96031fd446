import type { PayloadCodec } from '@temporalio/common';
import type { KeyRing } from './key-ring';
import { decrypt, encrypt } from './payload-cipher';

/**
 * Encrypts what a workflow and its clients write. What it cannot decrypt it hands on as it is: an error in a
 * codec would fail the workflow task whatever the payload is, and who reads the payload knows better.
 */
export function encryptionCodec(keys: KeyRing): PayloadCodec {
  return {
    encode: async (payloads) => payloads.map((payload) => encrypt(payload, keys.newest)),
    decode: async (payloads) =>
      payloads.map((payload) => {
        const result = decrypt(payload, keys);
        return result.type === 'DECRYPTED' ? result.payload : payload;
      }),
  };
}
