import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exposedSecrets } from '../../src/config/exposed-secrets';
import { readSettings } from '../../src/config/settings';
import { newKeyText } from '../../src/encryption/key-ring';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vault-jobs-exposed-'));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true }));

function make(name: string, mode: number): string {
  const file = join(folder, name);
  writeFileSync(file, newKeyText());
  chmodSync(file, mode);
  return file;
}

function warnings(env: Record<string, string>): string[] {
  return exposedSecrets(readSettings({}, { TEMPORAL_CONFIG_FILE: '/dev/null', ...env }), env);
}
const ofKey = (file: string) => warnings({ VAULT_JOBS_ENCRYPTION_KEYS: `k=${file}` });

it('a key that everybody on the machine can read is said, by its setting', () => {
  const file = make('key', 0o644);
  expect(ofKey(file)).toEqual(['The file of encryption key "k" can be read by every user of this machine']);
  symlinkSync(file, join(folder, 'link'));
  expect(ofKey(join(folder, 'link'))).toHaveLength(1);
});

it.each([0o600, 0o640, 0o400])('one of mode %o is not', (mode) => {
  expect(ofKey(make('key', mode))).toEqual([]);
});

it('nor is one in a folder that others cannot enter, as deploy/make-secrets.sh leaves it', () => {
  mkdirSync(join(folder, 'secrets'), { mode: 0o700 });
  expect(ofKey(make('secrets/key', 0o644))).toEqual([]);
});

it('the key of a service account and the codec server’s token are such files too', () => {
  const file = make('key.json', 0o644);
  const said = warnings({
    VAULT_SUBJECT: 'a@example.com',
    VAULT_KEY_FILE: file,
    VAULT_JOBS_CODEC_TOKEN_FILE: file,
  });
  expect(said).toEqual([
    expect.stringContaining('the codec server’s token'),
    expect.stringContaining('the credential of tenant "default"'),
  ]);
  expect(warnings({ GOOGLE_APPLICATION_CREDENTIALS: file })).toEqual([
    expect.stringContaining('GOOGLE_APPLICATION_CREDENTIALS'),
  ]);
});

it('a file that is not there is not its subject', () => {
  expect(ofKey(join(folder, 'none'))).toEqual([]);
});
