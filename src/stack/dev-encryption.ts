import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startCodecServer } from '../codec-server/codec-server';
import { encryptionCodec } from '../encryption/encryption-codec';
import { encryptionKey, KeyRing, newKeyText } from '../encryption/key-ring';
import type { Closing } from './closing';

export interface DevEncryption {
  /** For VAULT_JOBS_ENCRYPTION_KEYS. */
  keys: string;
  codecUrl: string;
}

const KEY_ID = 'dev';

/**
 * A key that is kept with the jobs, and a codec server for the UI on that port. The UI has nobody signed in whose
 * token it could pass, so anybody on this machine may ask: what is in there is made up.
 */
export async function startDevEncryption(
  folder: string,
  uiPort: number,
  closing: Closing,
): Promise<DevEncryption> {
  const file = join(folder, 'encryption-key');
  const key = encryptionKey(KEY_ID, await readOrMakeKey(file));
  const server = await startCodecServer({
    codec: encryptionCodec(new KeyRing([key]), { namespace: 'default', showsPlain: true }),
    authorities: 'anybody',
    origins: ['127.0.0.1', 'localhost'].map((host) => `http://${host}:${uiPort}`),
    namespace: 'default',
    host: '127.0.0.1',
    port: 0,
    log: () => {},
  });
  await closing.add(() => server.close());
  return { keys: `${KEY_ID}=${file}`, codecUrl: server.url };
}

async function readOrMakeKey(file: string): Promise<string> {
  // Never overwritten: what it encrypted is kept from start to start.
  await writeFile(file, newKeyText(), { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
  return readFile(file, 'utf8');
}
