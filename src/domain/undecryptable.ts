import type { Payload } from '@temporalio/common';

/** `metadata.encoding` of what is encrypted, as in Temporal's own samples. */
export const ENCRYPTED_ENCODING = 'binary/encrypted';
/** `metadata` field with the id of the key. */
export const KEY_ID_FIELD = 'encryption-key-id';
/** `metadata` field that marks what is readable where encryption is required. Never stored: a codec sets it. */
const REFUSED_FIELD = 'refused-as-plain';
/** In the place of a key's id, which has no spaces. */
const NO_KEY = 'not encrypted';

/** Tells the workflow's payload converter that anybody may have sent a value, so that it must not fail on it. */
export const FROM_ANYBODY = { converter: 'from-anybody' };

/** Stands for a value whose key is not here, or that is damaged. */
export interface Undecryptable {
  undecodable: true;
  keyId: string;
}

export function isUndecryptable(value: unknown): value is Undecryptable {
  return (
    typeof value === 'object' &&
    value !== null &&
    'undecodable' in value &&
    value.undecodable === true &&
    'keyId' in value &&
    typeof value.keyId === 'string'
  );
}

/** The id of the key that a payload is encrypted with; undefined for one that is not encrypted. */
export function encryptedWith({ metadata }: Payload): string | undefined {
  const text = (field: string) => metadata?.[field] && new TextDecoder().decode(metadata[field]);
  return text('encoding') === ENCRYPTED_ENCODING ? (text(KEY_ID_FIELD) ?? 'unnamed') : undefined;
}

/** Leaves it to the reader: a signal that anybody may send is read all the same. */
export function refusedAsPlain(payload: Payload): Payload {
  return { ...payload, metadata: { ...payload.metadata, [REFUSED_FIELD]: new Uint8Array([1]) } };
}

/** Why a payload is not to be read, as {@link undecryptable} takes it; undefined where it may be. */
export function unreadableFor(payload: Payload): string | undefined {
  return encryptedWith(payload) ?? (payload.metadata?.[REFUSED_FIELD] === undefined ? undefined : NO_KEY);
}

/** What a person must do about it, the same wherever it shows. */
export function undecryptable(keyId: string): string {
  return keyId === NO_KEY
    ? 'This is not encrypted, and encryption.require is on: somebody without the key wrote it, or it was written ' +
        'before encryption was turned on'
    : `This is encrypted with the key "${keyId}", which is not configured here, or it is damaged, or it was written ` +
        'for another job: add the key to the encryption keys';
}
