import { createSecretKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** AES-256. */
const KEY_BYTES = 32;
/** Zeros, or a word again and again. Random keys have some thirty; one in 10^19 has fewer than this. */
const MIN_DIFFERENT_BYTES = 16;

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
  /** What is not encrypted is not taken, but for signals that anybody may send. */
  readonly isRequired: boolean;
  readonly #keys: ReadonlyMap<string, EncryptionKey>;

  /** @throws InvalidKeyError where two ids share a key: whoever rotated it has not. */
  constructor(
    keys: readonly [EncryptionKey, ...EncryptionKey[]],
    { require = false }: { require?: boolean } = {},
  ) {
    [this.newest] = keys;
    this.isRequired = require;
    for (const [at, { id, secret }] of keys.entries()) {
      const twin = keys.slice(0, at).find((key) => key.secret.equals(secret));
      if (twin)
        throw new InvalidKeyError(
          `The encryption keys "${twin.id}" and "${id}" are the same: make a new one with "vault-jobs keys new"`,
        );
    }
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
  if (new Set(bytes).size < MIN_DIFFERENT_BYTES)
    throw new InvalidKeyError('is not random: make one with "vault-jobs keys new"');
  return { id, secret: createSecretKey(bytes) };
}

export class InvalidKeyError extends Error {
  override readonly name = 'InvalidKeyError';
}

/** The text of a new key, as {@link encryptionKey} takes it. */
export function newKeyText(): string {
  return randomBytes(KEY_BYTES).toString('base64');
}
