import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../src/config/config-error';
import { readSettings } from '../../src/config/settings';

const folder = mkdtempSync(join(tmpdir(), 'vault-jobs-settings-'));
const noProfiles = join(folder, 'empty.toml');
writeFileSync(noProfiles, '');
const BARE = { TEMPORAL_CONFIG_FILE: noProfiles };

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readSettings({}, { ...BARE, ...env });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('settings', () => {
  it('have defaults for a server on this machine', () => {
    const settings = readSettings({}, { ...BARE, XDG_DATA_HOME: '/data' });
    expect(settings).toEqual({
      temporal: {
        address: 'localhost:7233',
        namespace: 'default',
        connection: expect.objectContaining({ address: 'localhost:7233' }),
      },
      taskQueue: 'vault-jobs',
      ledger: '/data/vault-jobs/ledger.db',
      vault: {},
      encryption: { keys: [], codecServer: { host: '127.0.0.1', port: 8234, origins: [] } },
    });
  });

  it('come from flags over the environment over a profile', () => {
    const profiles = join(folder, 'temporal.toml');
    writeFileSync(profiles, '[profile.default]\naddress = "profile:1"\nnamespace = "from-profile"\n');
    const env = { TEMPORAL_CONFIG_FILE: profiles, VAULT_JOBS_TASK_QUEUE: 'env-queue' };
    expect(readSettings({}, env)).toMatchObject({
      temporal: { address: 'profile:1', namespace: 'from-profile' },
      taskQueue: 'env-queue',
    });
    const over = readSettings(
      { namespace: 'from-flag', taskQueue: 'flag-queue' },
      { ...env, TEMPORAL_ADDRESS: 'env:2' },
    );
    expect(over).toMatchObject({
      temporal: { address: 'env:2', namespace: 'from-flag', connection: { address: 'env:2' } },
      taskQueue: 'flag-queue',
    });
  });

  it('take an empty variable for none', () => {
    const settings = readSettings(
      {},
      {
        ...BARE,
        TEMPORAL_ADDRESS: '',
        TEMPORAL_API_KEY: '',
        TEMPORAL_TLS: '',
        TEMPORAL_TLS_CLIENT_CERT_PATH: '',
        VAULT_SUBJECT: '',
        VAULT_JOBS_LEDGER: '',
      },
    );
    expect(settings.temporal.address).toBe('localhost:7233');
    expect(settings.temporal.connection.apiKey).toBeUndefined();
    expect(settings.temporal.connection.tls).toBeFalsy();
    expect(settings.vault).toEqual({});
  });

  it('report every problem at once, each with its source and without its value', () => {
    const problems = problemsOf({
      TEMPORAL_ADDRESS: 'http://temporal:7233',
      TEMPORAL_NAMESPACE: 'my space',
      TEMPORAL_TLS: 'TRUE',
      VAULT_JOBS_LEDGER: 'mysql://user:password@db/x',
      VAULT_ROOT_URL: 'vault',
      VAULT_SUBJECT: 'nobody',
    });
    for (const source of [
      'TEMPORAL_ADDRESS',
      'TEMPORAL_NAMESPACE',
      'TEMPORAL_TLS',
      'VAULT_JOBS_LEDGER',
      'VAULT_ROOT_URL',
      'VAULT_SUBJECT',
    ])
      expect(problems.filter((problem) => problem.startsWith(`${source}: `))).toHaveLength(1);
    expect(problems.join()).not.toMatch(/my space|password@db|nobody/);
  });

  it('name the flag where a flag is wrong', () => {
    expect(() => readSettings({ address: 'a b' }, BARE)).toThrow(/^--address: must be host:port/);
  });

  it('do not need a profile in the file that is named', () => {
    expect(readSettings({}, { ...BARE, TEMPORAL_ADDRESS: 'env:2' }).temporal.address).toBe('env:2');
    expect(problemsOf({ TEMPORAL_PROFILE: 'prod' })).toHaveLength(1);
  });

  it('refuse a configuration file that is named and missing', () => {
    expect(problemsOf({ TEMPORAL_CONFIG_FILE: join(folder, 'missing.toml') })).toEqual([
      'TEMPORAL_CONFIG_FILE: names a file that does not exist',
    ]);
  });
});
