import { realpathSync, statSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import type { Environment } from './setting-sources';
import type { Settings } from './settings';

/** Containers mount their secrets there, readable by all; a container has no other people. */
const MOUNTED_SECRETS = ['/run/secrets/', '/var/run/secrets/'];
const READ_BY_OTHERS = 0o004;
const ENTER_BY_OTHERS = 0o001;

/** A sentence for each secret file that every user of this machine can read. Names the setting, never the file. */
export function exposedSecrets(settings: Settings, env: Environment): string[] {
  return secretFiles(settings, env)
    .filter(([, file]) => isExposed(file))
    .map(([setting]) => `The file of ${setting} can be read by every user of this machine`);
}

function secretFiles({ encryption, tenants }: Settings, env: Environment): [setting: string, file: string][] {
  const { keys, codecServer } = encryption;
  const adc = tenants.some(({ credential }) => credential.type === 'application-default');
  const files: [string, string | undefined][] = [
    ...keys.map((key): [string, string | undefined] => [
      `encryption key "${key.id}"`,
      'file' in key ? key.file : undefined,
    ]),
    ['the codec server’s token', codecServer.tokenFile],
    ['the codec server’s TLS key', codecServer.tls?.keyFile],
    ...tenants.map(({ name, credential }): [string, string | undefined] => [
      `the credential of tenant "${name}"`,
      credential.type === 'key-file' ? credential.path : undefined,
    ]),
    ['GOOGLE_APPLICATION_CREDENTIALS', adc ? env.GOOGLE_APPLICATION_CREDENTIALS : undefined],
  ];
  return files.flatMap(([setting, file]) => (file ? [[setting, file]] : []));
}

/** A file that is not there, or has no such modes, is somebody else's subject. */
function isExposed(file: string): boolean {
  if (process.platform === 'win32') return false;
  try {
    const real = realpathSync(file);
    const isMounted = [file, real].some((path) => MOUNTED_SECRETS.some((folder) => path.startsWith(folder)));
    if (isMounted || !has(real, READ_BY_OTHERS)) return false;
    return foldersOf(real).every((folder) => has(folder, ENTER_BY_OTHERS));
  } catch {
    return false;
  }
}

function has(path: string, mode: number): boolean {
  return (statSync(path).mode & mode) !== 0;
}

function foldersOf(file: string): string[] {
  const folder = dirname(file);
  return folder === sep ? [sep] : [folder, ...foldersOf(folder)];
}
