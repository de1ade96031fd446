import { createSecretKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** AES-256. */
const KEY_BYTES = 32;

/** Ids are public: they stand beside what is encrypted, in Temporal's history. */
export const KEY_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export interface EncryptionKey {
  readonly id: string;
  /** Opaque, so that no log and no inspection shows it. */
  readonly secret: KeyObject;
}

/** The first key encrypts; each decrypts what bears its id. */
export class KeyRing {
  readonly newest: EncryptionKey;
  readonly #keys: ReadonlyMap<string, EncryptionKey>;

  constructor(keys: readonly [EncryptionKey, ...EncryptionKey[]]) {
    [this.newest] = keys;
    this.#keys = new Map(keys.map((key) => [key.id, key]));
  }

  find(id: string): EncryptionKey | undefined {
    return this.#keys.get(id);
  }
}

/** @throws InvalidKeyError, which names neither the text nor any part of it. */
export function encryptionKey(id: string, base64: string): EncryptionKey {
  const text = base64.trim();
  const bytes = Buffer.from(text, 'base64');
  const isBase64 = /^[A-Za-z0-9+/_-]+={0,2}$/.test(text);
  if (!isBase64 || bytes.length !== KEY_BYTES)
    throw new InvalidKeyError(
      `must be the base64 of ${KEY_BYTES} bytes${isBase64 ? `, not of ${bytes.length}` : ''}: make one with "vault-jobs keys new"`,
    );
  return { id, secret: createSecretKey(bytes) };
}

export class InvalidKeyError extends Error {
  override readonly name = 'InvalidKeyError';
}

/** The text of a new key, as {@link encryptionKey} takes it. */
export function newKeyText(): string {
  return randomBytes(KEY_BYTES).toString('base64');
}
