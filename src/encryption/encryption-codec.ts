import type { Payload, PayloadCodec } from '@temporalio/common';
import { encryptedWith, refusedAsPlain } from '../domain/undecryptable';
import type { KeyRing } from './key-ring';
import { decrypt, encrypt } from './payload-cipher';
import type { Decrypted } from './payload-cipher';
import { placeOf } from './place';

/** A payload that could not be decrypted, or may not be read. Where its workflow waits, this is what operators see. */
export interface Unreadable {
  keyId: string;
  why: Exclude<Decrypted['type'], 'DECRYPTED'>;
  workflowId?: string | undefined;
}

export interface CodecOptions {
  report?: ((unreadable: Unreadable) => void) | undefined;
  /** For a codec that is asked without a context: the one namespace that it serves. */
  namespace?: string;
  /** For people who look: shows what is not encrypted even where it is required to be. */
  showsPlain?: true;
}

/**
 * Encrypts what a workflow and its clients write, bound to where it belongs. What it cannot decrypt it reports and
 * hands on as it is: an error in a codec would fail the workflow task whatever the payload is, and who reads the
 * payload knows better.
 */
export function encryptionCodec(keys: KeyRing, options: CodecOptions = {}): PayloadCodec {
  const { report = () => {}, namespace, showsPlain } = options;
  const refusesPlain = keys.isRequired && !showsPlain;
  return {
    encode: async (payloads, context) =>
      payloads.map((payload) => encrypt(payload, keys.newest, placeOf(context, namespace))),
    decode: async (payloads, context) => {
      const here = placeOf(context, namespace);
      const unreadable = (payload: Payload, why: Unreadable['why']) =>
        report({ keyId: encryptedWith(payload) ?? '', why, workflowId: context?.workflowId });
      return payloads.map((payload) => {
        const result = decrypt(payload, keys, here);
        switch (result.type) {
          case 'DECRYPTED':
            return result.payload;
          case 'PLAIN':
            if (!refusesPlain) return payload;
            unreadable(payload, 'PLAIN');
            return refusedAsPlain(payload);
          case 'UNKNOWN_KEY':
          case 'DAMAGED':
          case 'MOVED':
            unreadable(payload, result.type);
            return payload;
        }
      });
    },
  };
}
