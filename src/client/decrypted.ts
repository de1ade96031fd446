import { isUndecryptable } from '../domain/undecryptable';
import { KeyMissingError } from './errors';

/** Checks a value that came from a workflow. @throws KeyMissingError where it could not be decrypted. */
export function decrypted<T>(value: T): T {
  if (isUndecryptable(value)) throw new KeyMissingError(value.keyId);
  return value;
}
