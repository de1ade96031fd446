import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { ENCRYPTED_ENCODING, encryptedWith, KEY_ID_FIELD } from '../domain/undecryptable';
import type { EncryptionKey, KeyRing } from './key-ring';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

const { Payload: PayloadMessage } = temporal.api.common.v1;

/**
 * Encrypts a payload as a whole, its metadata included: `data` is IV, ciphertext and tag. The key's id is
 * authenticated with it, so that nobody can pass one key's payload off as another's.
 */
export function encrypt(payload: Payload, { id, secret }: EncryptionKey): Payload {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, secret, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(id));
  const plain = PayloadMessage.encode(payload).finish();
  return {
    metadata: { encoding: Buffer.from(ENCRYPTED_ENCODING), [KEY_ID_FIELD]: Buffer.from(id) },
    data: Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]),
  };
}

/** `PLAIN` is nothing of ours: typed by a person into Temporal's UI, or written before encryption was on. */
export type Decrypted =
  { type: 'DECRYPTED'; payload: Payload } | { type: 'PLAIN' | 'UNKNOWN_KEY' | 'DAMAGED' };

export function decrypt(payload: Payload, keys: KeyRing): Decrypted {
  const keyId = encryptedWith(payload);
  if (keyId === undefined) return { type: 'PLAIN' };
  const key = keys.find(keyId);
  if (key === undefined) return { type: 'UNKNOWN_KEY' };
  try {
    return { type: 'DECRYPTED', payload: open(Buffer.from(payload.data ?? []), key) };
  } catch {
    // Too short, altered, or another key of the same id: node:crypto and protobuf say so in many ways.
    return { type: 'DAMAGED' };
  }
}

function open(data: Buffer, { id, secret }: EncryptionKey): Payload {
  const iv = data.subarray(0, IV_BYTES);
  const sealed = data.subarray(IV_BYTES, -TAG_BYTES);
  const decipher = createDecipheriv(ALGORITHM, secret, iv, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(id))
    .setAuthTag(data.subarray(-TAG_BYTES));
  return PayloadMessage.decode(Buffer.concat([decipher.update(sealed), decipher.final()]));
}
