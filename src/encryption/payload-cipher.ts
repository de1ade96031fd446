import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { ENCRYPTED_ENCODING, encryptedWith, KEY_ID_FIELD } from '../domain/undecryptable';
import type { EncryptionKey, KeyRing } from './key-ring';
import { belongs, placeFrom } from './place';
import type { Place } from './place';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** `metadata` field with the {@link Place}; its absence tells what was written before payloads were bound to one. */
const PLACE_FIELD = 'encryption-place';
const VERSION_FIELD = 'encryption-version';
const VERSION = '2';

const { Payload: PayloadMessage } = temporal.api.common.v1;

/**
 * Encrypts a payload as a whole, its metadata included: `data` is IV, ciphertext and tag. The key's id and the place
 * are authenticated with it, so that nobody can pass one key's payload off as another's, or one job's. The place is
 * readable, as Temporal's own ids are: the codec server knows none, and must be able to check what it opens.
 */
export function encrypt(payload: Payload, { id, secret }: EncryptionKey, place: Place = {}): Payload {
  const placeText = JSON.stringify(place);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, secret, iv, { authTagLength: TAG_BYTES }).setAAD(
    boundData(id, placeText),
  );
  const plain = PayloadMessage.encode(payload).finish();
  return {
    metadata: {
      encoding: Buffer.from(ENCRYPTED_ENCODING),
      [KEY_ID_FIELD]: Buffer.from(id),
      [VERSION_FIELD]: Buffer.from(VERSION),
      [PLACE_FIELD]: Buffer.from(placeText),
    },
    data: Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]),
  };
}

/**
 * `PLAIN` is nothing of ours: typed by a person into Temporal's UI, or written before encryption was on.
 * `MOVED` is whole, but was written for another job, step or namespace.
 */
export type Decrypted =
  { type: 'DECRYPTED'; payload: Payload } | { type: 'PLAIN' | 'UNKNOWN_KEY' | 'DAMAGED' | 'MOVED' };

export function decrypt(payload: Payload, keys: KeyRing, here: Place = {}): Decrypted {
  const keyId = encryptedWith(payload);
  if (keyId === undefined) return { type: 'PLAIN' };
  const key = keys.find(keyId);
  if (key === undefined) return { type: 'UNKNOWN_KEY' };
  try {
    const placeText = boundPlace(payload);
    const opened = open(Buffer.from(payload.data ?? []), key, boundData(keyId, placeText));
    const isHere = placeText === undefined || belongs(placeFrom(placeText), here);
    return isHere ? { type: 'DECRYPTED', payload: opened } : { type: 'MOVED' };
  } catch {
    // Too short, altered, or another key of the same id: node:crypto and protobuf say so in many ways.
    return { type: 'DAMAGED' };
  }
}

/** Undefined for what was written before payloads were bound. Taking the version away makes it undecryptable. */
function boundPlace({ metadata }: Payload): string | undefined {
  const version = metadata?.[VERSION_FIELD];
  if (version === undefined) return undefined;
  if (Buffer.from(version).toString() !== VERSION) throw new Error('written by a later version');
  return Buffer.from(metadata?.[PLACE_FIELD] ?? []).toString();
}

/** The key's id ends where no id can go on. */
function boundData(keyId: string, placeText: string | undefined): Buffer {
  return Buffer.from(placeText === undefined ? keyId : `${keyId}\0${VERSION}\0${placeText}`);
}

function open(data: Buffer, { secret }: EncryptionKey, bound: Buffer): Payload {
  const iv = data.subarray(0, IV_BYTES);
  const sealed = data.subarray(IV_BYTES, -TAG_BYTES);
  const decipher = createDecipheriv(ALGORITHM, secret, iv, { authTagLength: TAG_BYTES })
    .setAAD(bound)
    .setAuthTag(data.subarray(-TAG_BYTES));
  return PayloadMessage.decode(Buffer.concat([decipher.update(sealed), decipher.final()]));
}
