import { readFileSync } from 'node:fs';
import { encryptionKey, InvalidKeyError, KeyRing } from '../encryption/key-ring';
import type { EncryptionKey } from '../encryption/key-ring';
import { ConfigError } from './config-error';
import type { EncryptionSettings, KeySource } from './encryption';
import type { Environment } from './setting-sources';

/** Reads every key. Throws one error with every problem; none quotes what was read. Undefined without keys. */
export function openKeyRing({ keys }: EncryptionSettings, env: Environment): KeyRing | undefined {
  const problems: string[] = [];
  const opened = keys.map((source) => openKey(source, env, problems));
  const [newest, ...older] = opened.filter((key) => key !== undefined);
  if (problems.length > 0) throw new ConfigError(problems);
  return newest && new KeyRing([newest, ...older]);
}

/** Neither is the place named: where somebody put the key itself in its stead, that would print it. */
function openKey(source: KeySource, env: Environment, problems: string[]): EncryptionKey | undefined {
  const place = 'file' in source ? 'file' : 'variable';
  try {
    const text = 'file' in source ? readFileSync(source.file, 'utf8') : env[source.env];
    if (text === undefined || text.trim() === '') throw new InvalidKeyError('is empty');
    return encryptionKey(source.id, text);
  } catch (error) {
    const why = error instanceof InvalidKeyError ? error.message : `cannot be read (${systemCode(error)})`;
    problems.push(`The ${place} of encryption key "${source.id}" ${why}`);
    return undefined;
  }
}

function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
