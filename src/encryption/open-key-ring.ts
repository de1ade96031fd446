import { encryptionKey, InvalidKeyError, KeyRing } from './key-ring';
import type { EncryptionKey } from './key-ring';
import { ConfigError } from '../config/config-error';
import type { EncryptionSettings, KeySource } from '../config/encryption';
import { readSecretFile } from './secret-file';
import type { Environment } from '../config/setting-sources';

/** Reads every key. Throws one error with every problem; none quotes what was read. Undefined without keys. */
export function openKeyRing({ keys, require }: EncryptionSettings, env: Environment): KeyRing | undefined {
  const problems: string[] = [];
  const opened = keys.map((source) => openKey(source, env, problems));
  const [newest, ...older] = opened.filter((key) => key !== undefined);
  if (require && keys.length === 0)
    problems.push('encryption.require is on, and there is no key: set VAULT_JOBS_ENCRYPTION_KEYS');
  if (problems.length > 0) throw new ConfigError(problems);
  try {
    return newest && new KeyRing([newest, ...older], { require });
  } catch (error) {
    if (!(error instanceof InvalidKeyError)) throw error;
    throw new ConfigError([error.message]);
  }
}

function openKey(source: KeySource, env: Environment, problems: string[]): EncryptionKey | undefined {
  const inFile = 'file' in source;
  const refuse = (problem: string) =>
    void problems.push(`The ${inFile ? 'file' : 'variable'} of encryption key "${source.id}" ${problem}`);
  const read = inFile ? readSecretFile(source.file) : { text: env[source.env] ?? '' };
  if ('problem' in read) return refuse(read.problem);
  if (read.text.trim() === '') return refuse('is empty');
  try {
    return encryptionKey(source.id, read.text);
  } catch (error) {
    if (!(error instanceof InvalidKeyError)) throw error;
    return refuse(error.message);
  }
}
