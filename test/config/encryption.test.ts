import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ConfigError } from '../../src/config/config-error';
import { readSettings } from '../../src/config/settings';
import { openKeyRing } from '../../src/encryption/open-key-ring';
import { newKeyText } from '../../src/encryption/key-ring';

const folder = mkdtempSync(join(tmpdir(), 'vault-jobs-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a file with such a section and these variables make of it. */
function read(section: object | undefined, env: Record<string, string> = {}) {
  const config = join(folder, 'config.yaml');
  writeFileSync(config, stringify(section === undefined ? {} : { encryption: section }));
  try {
    const settings = readSettings({ config }, { TEMPORAL_CONFIG_FILE: '/dev/null', ...env });
    return { settings: settings.encryption, problems: [] };
  } catch (error) {
    if (error instanceof ConfigError) return { settings: undefined, problems: error.problems };
    throw error;
  }
}

function open(keys: string, env: Record<string, string> = {}) {
  const { settings, problems } = read(undefined, { VAULT_JOBS_ENCRYPTION_KEYS: keys });
  if (settings === undefined) throw new ConfigError(problems);
  return openKeyRing(settings, env);
}

function problemsOf(keys: string, env?: Record<string, string>): readonly string[] {
  try {
    open(keys, env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

it('keys come from files and variables, the first of them encrypts', () => {
  const file = join(folder, 'old');
  writeFileSync(file, `${newKeyText()}\n`);
  const ring = open(`new=env:NEW_KEY, old=${file}`, { NEW_KEY: newKeyText() });
  expect(ring?.newest.id).toBe('new');
  expect(ring?.find('old')?.id).toBe('old');
  expect(ring?.find('other')).toBeUndefined();
});

it('without keys nothing is encrypted, and an empty variable is none', () => {
  expect(open('')).toBeUndefined();
  expect(read(undefined, { VAULT_JOBS_CODEC_PORT: '' }).problems).toEqual([]);
});

it('the environment stands over the section of a file, field by field', () => {
  const section = {
    keys: [{ id: 'a', file: '/keys/a' }],
    codecServer: {
      origins: ['https://a.example.com'],
      oidc: { issuer: 'https://id.example.com', audience: 'a' },
    },
  };
  const env = { VAULT_JOBS_CODEC_OIDC_AUDIENCE: 'b', VAULT_JOBS_CODEC_PORT: '9000' };
  const { settings, problems } = read(section, env);
  expect(problems).toEqual([]);
  expect(settings).toMatchObject({
    keys: section.keys,
    codecServer: {
      port: 9000,
      origins: ['https://a.example.com'],
      oidc: { issuer: 'https://id.example.com', audience: 'b' },
    },
  });
});

it('every problem is named with its source', () => {
  const env = {
    VAULT_JOBS_ENCRYPTION_KEYS: 'a=x,a=y',
    VAULT_JOBS_CODEC_PORT: '99999',
    VAULT_JOBS_CODEC_ORIGINS: 'https://ui.example.com/path',
    VAULT_JOBS_CODEC_OIDC_ISSUER: 'http://id.example.com',
    VAULT_JOBS_CODEC_TLS_CERT_FILE: 'cert.pem',
  };
  expect(read(undefined, env).problems.map((problem) => problem.split(':')[0])).toEqual([
    'VAULT_JOBS_ENCRYPTION_KEYS',
    'VAULT_JOBS_CODEC_PORT',
    'VAULT_JOBS_CODEC_ORIGINS',
    'VAULT_JOBS_CODEC_OIDC_ISSUER',
    'VAULT_JOBS_CODEC_OIDC_AUDIENCE',
    'VAULT_JOBS_CODEC_TLS_KEY_FILE',
  ]);
  expect(read({ keys: [{ id: 'a' }] }).problems).toEqual([
    expect.stringMatching(/config\.yaml:\d+: encryption\.keys\[0\] must be/),
  ]);
});

it.each([
  ['too short', 'c2hvcnQ=', /must be the base64 of 32 bytes, not of 5/],
  ['not base64', 'zq secret zq', /must be the base64 of 32 bytes:/],
  ['empty', '\n', /is empty/],
  ['all zeros', Buffer.alloc(32).toString('base64'), /is not random/],
  ['a word again and again', Buffer.alloc(32, 'hunter').toString('base64'), /is not random/],
])('a key that is %s is refused without being quoted', (_what, text, said) => {
  const problems = problemsOf('a=env:KEY', { KEY: text });
  expect(problems).toEqual([expect.stringMatching(said)]);
  expect(problems.join()).not.toContain(text);
});

it('a key that stands where its file should be named is not quoted either', () => {
  const key = newKeyText();
  expect(problemsOf(`a=${key}`).join()).toMatch(/file of encryption key "a" does not exist/);
  const misread = read(undefined, { VAULT_JOBS_ENCRYPTION_KEYS: key });
  for (const said of [problemsOf(`a=${key}`).join(), misread.problems.join()])
    expect(said).not.toContain(key.slice(0, 8));
});

it('one key under two ids is refused: it was meant to be rotated', () => {
  const KEY = newKeyText();
  expect(problemsOf('new=env:KEY,old=env:KEY', { KEY })).toEqual([
    expect.stringMatching(/keys "new" and "old" are the same: make a new one/),
  ]);
});

it('encryption can be required, and then needs a key', () => {
  const VAULT_JOBS_ENCRYPTION_REQUIRE = 'true';
  const { settings } = read(undefined, {
    VAULT_JOBS_ENCRYPTION_KEYS: 'a=env:KEY',
    VAULT_JOBS_ENCRYPTION_REQUIRE,
  });
  expect(openKeyRing(settings!, { KEY: newKeyText() })?.isRequired).toBe(true);
  const keyless = read({ require: true }).settings!;
  expect(() => openKeyRing(keyless, {})).toThrow(/encryption.require is on, and there is no key/);
  expect(read(undefined, { VAULT_JOBS_ENCRYPTION_REQUIRE: 'perhaps' }).problems).toHaveLength(1);
});
