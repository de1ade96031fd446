import { readNamedFile } from '../config/named-file';

/** A key has 44 characters, a chain of certificates some thousands. */
const MAX_SECRET_BYTES = 100_000;

/** What a file holds, or why it cannot be read. Its name is not said: a secret may stand where it should. */
export function readSecretFile(file: string): { text: string } | { problem: string } {
  return readNamedFile(file, MAX_SECRET_BYTES);
}
