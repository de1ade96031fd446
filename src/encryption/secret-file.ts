import { readFileSync } from 'node:fs';
import { isJsonObject } from '../domain/json';

/** What a file holds, or why it cannot be read. Its name is not said: a secret may stand where it should. */
export function readSecretFile(file: string): { text: string } | { problem: string } {
  try {
    return { text: readFileSync(file, 'utf8') };
  } catch (error) {
    const code = isJsonObject(error) && typeof error.code === 'string' ? error.code : 'unknown error';
    return { problem: `cannot be read (${code})` };
  }
}
