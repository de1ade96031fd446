import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../src/config/config-error';
import { readSettings } from '../../src/config/settings';
import type { Settings } from '../../src/config/settings';

const folder = mkdtempSync(join(tmpdir(), 'vault-jobs-config-'));
const file = join(folder, 'vault-jobs.yaml');
const profiles = join(folder, 'temporal.toml');
writeFileSync(profiles, '[profile.default]\naddress = "profile:1"\n[profile.prod]\naddress = "prod:1"\n');
const BARE = { TEMPORAL_CONFIG_FILE: profiles, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: '/data' };

afterAll(() => rmSync(folder, { recursive: true }));

function read(yaml: string, env: Record<string, string> = {}, flags = {}): Settings {
  writeFileSync(file, yaml);
  return readSettings({ config: file, ...flags }, { ...BARE, ...env });
}

function problemsOf(yaml: string, env: Record<string, string> = {}, flags = {}): readonly string[] {
  try {
    read(yaml, env, flags);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('Nothing was found wrong');
}

const TWO_TENANTS = `
temporal:
  address: temporal:7233
  namespace: legal
taskQueue: evidence
ledger: ./shared.db
tenants:
  - name: acme
    customer: C01acme
    subject: admin@acme.example
    credential: { type: key-file, path: keys/acme.json }
    ledger: postgres://jobs@db/acme
  - name: globex
    subject: admin@globex.example
    credential: { type: keyless, serviceAccount: jobs@project.iam.gserviceaccount.com }
`;

it('a file says everything, and its paths start where it is', () => {
  expect(read(TWO_TENANTS)).toMatchObject({
    configFile: file,
    temporal: { address: 'temporal:7233', namespace: 'legal', connection: { address: 'temporal:7233' } },
    taskQueue: 'evidence',
    ledger: join(folder, 'shared.db'),
    tenantsListed: true,
    tenants: [
      {
        name: 'acme',
        customer: 'C01acme',
        credential: { type: 'key-file', path: join(folder, 'keys/acme.json') },
        credentialSource: 'vault-jobs.yaml:11',
        ledger: 'postgres://jobs@db/acme',
      },
      { name: 'globex', credential: { type: 'keyless' } },
    ],
  });
});

it('flags come over the environment over the file over a profile', () => {
  const env = { TEMPORAL_NAMESPACE: 'from-env', VAULT_JOBS_TASK_QUEUE: 'from-env' };
  expect(read(TWO_TENANTS, env, { taskQueue: 'from-flag' })).toMatchObject({
    temporal: { address: 'temporal:7233', namespace: 'from-env' },
    taskQueue: 'from-flag',
  });
  expect(read('taskQueue: q').temporal.address).toBe('profile:1');
  expect(read('temporal: { profile: prod }').temporal.address).toBe('prod:1');
});

it('a profile that the environment asks for comes over the file, for the environment does', () => {
  expect(read(TWO_TENANTS, { TEMPORAL_PROFILE: 'prod' }).temporal).toMatchObject({
    address: 'prod:1',
    namespace: 'legal',
  });
  expect(read(TWO_TENANTS, { TEMPORAL_PROFILE: 'prod' }, { address: 'flag:1' }).temporal.address).toBe(
    'flag:1',
  );
});

it('a file is found by its variable and in its default place, and need not be there', async () => {
  writeFileSync(file, 'taskQueue: by-variable');
  expect(readSettings({}, { ...BARE, VAULT_JOBS_CONFIG: file }).taskQueue).toBe('by-variable');
  expect(readSettings({}, BARE)).not.toHaveProperty('configFile');
  await mkdir(join(folder, 'vault-jobs'));
  writeFileSync(join(folder, 'vault-jobs', 'config.yaml'), 'taskQueue: by-default');
  expect(readSettings({}, BARE).taskQueue).toBe('by-default');
  expect(readSettings({}, { ...BARE, VAULT_JOBS_CONFIG: '/dev/null' }).taskQueue).toBe('vault-jobs');
});

it.each([
  [{ config: join(folder, 'missing.yaml') }, {}, '--config: names a file that does not exist'],
  [{}, { VAULT_JOBS_CONFIG: folder }, 'VAULT_JOBS_CONFIG: names a file that is a folder: name a file in it'],
])('a file that is named must be there: %j %j', (flags, env, problem) => {
  expect(() => readSettings(flags, { ...BARE, ...env })).toThrow(problem);
});

it('every problem is found at once, each with its line, and no value is quoted', () => {
  const problems = problemsOf(
    `
temporal:
  adress: temporal:7233
  namespace: my space
ledger: mysql://user:hunter2@db/x
tenants:
  - name: acme
    subject: nobody
    credential: { type: key-file }
  - name: globex
    credential: { type: keyless, serviceAccount: jobs@project }
  - name: Loud
    credential: { type: secret-key }
`,
    { VAULT_JOBS_TASK_QUEUE: 'my queue', TEMPORAL_TLS: 'TRUE' },
  );
  expect(problems).toEqual([
    'TEMPORAL_TLS: must be true or false',
    expect.stringMatching(/^vault-jobs.yaml:4: temporal.namespace must be letters/),
    'vault-jobs.yaml:3: "adress" is no setting; here may stand address, namespace, profile',
    expect.stringMatching(/^VAULT_JOBS_TASK_QUEUE: must be letters/),
    expect.stringMatching(/^vault-jobs.yaml:5: ledger The ledger URL has the unknown scheme/),
    'vault-jobs.yaml:8: tenants[0].subject must be the e-mail address of the Vault user to act for',
    'vault-jobs.yaml:9: tenants[0].credential.path must name a file',
    expect.stringMatching(/^vault-jobs.yaml:10: tenants\[1\].subject is missing/),
    'vault-jobs.yaml:12: tenants[2].name must be lower-case letters, digits and dashes',
    expect.stringMatching(/^vault-jobs.yaml:13: tenants\[2\].credential.type must be key-file/),
  ]);
  expect(problems.join()).not.toMatch(/my space|hunter2|nobody|my queue|secret-key/);
});

it.each([
  [
    'two tenants of one name',
    'tenants: [{ name: a }, { name: a }]',
    /tenants\[1\].name is the name of an earlier/,
  ],
  [
    'a key without a user to act for',
    'tenants: [{ name: a, credential: { type: key-file, path: k } }]',
    /vault-jobs.yaml:1: tenants\[0\].subject is missing: a service account acts for a Vault user/,
  ],
  [
    'an unknown key of a tenant',
    'tenants:\n  - name: a\n    keyFile: x',
    /yaml:3: "keyFile" is no .*credential/,
  ],
  ['a list where settings belong', '- a', /^vault-jobs.yaml: must hold settings as/],
  ['a text where a section belongs', 'temporal: x', /^vault-jobs.yaml:1: temporal must be a object/],
])('%s is refused', (_what, yaml, problem) => {
  expect(problemsOf(yaml)).toEqual([expect.stringMatching(problem)]);
});

it('what is no YAML is refused by its line, without its words, and what else is wrong is said too', () => {
  const problems = problemsOf('ledger: "postgres://u:secret@db\ntenants: [', {
    TEMPORAL_ADDRESS: 'http://x',
  });
  expect(problems.join('\n')).toMatch(/^vault-jobs.yaml:\d: is not YAML \(/);
  expect(problems.join('\n')).toMatch(/TEMPORAL_ADDRESS: must be host:port/);
  expect(problems.join()).not.toContain('secret');
});

it('an empty key says nothing', () => {
  expect(read('ledger:\ntenants:\ntemporal:\n  address: ""\n')).toMatchObject({
    ledger: '/data/vault-jobs/ledger.db',
    tenants: [{ name: 'default' }],
    temporal: { address: 'profile:1' },
  });
});

describe('the VAULT_ variables', () => {
  const KEY = { VAULT_SUBJECT: 'a@b.example', VAULT_KEY_FILE: '/key.json', VAULT_ROOT_URL: 'http://x' };

  it('are the tenant default where no file names tenants', () => {
    expect(read('taskQueue: q', KEY).tenants).toEqual([
      {
        name: 'default',
        subject: 'a@b.example',
        credential: { type: 'key-file', path: '/key.json' },
        credentialSource: 'VAULT_KEY_FILE',
        rootUrl: 'http://x',
      },
    ]);
  });

  it('override the tenant default of a file, and no other', () => {
    const { tenants } = read(
      'tenants: [{ name: acme, subject: x@y.z }, { name: default, subject: x@y.z, customer: C }]',
      KEY,
    );
    expect(tenants).toEqual([
      expect.objectContaining({
        name: 'acme',
        subject: 'x@y.z',
        credential: { type: 'application-default' },
      }),
      expect.objectContaining({
        name: 'default',
        subject: 'a@b.example',
        customer: 'C',
        rootUrl: 'http://x',
      }),
    ]);
  });

  it('are refused where the file names tenants, and none is default', () => {
    expect(problemsOf('tenants: [{ name: acme }]', { VAULT_SUBJECT: 'a@b.example' })).toEqual([
      'VAULT_SUBJECT: is about the tenant "default", which is not among the tenants of the file',
    ]);
  });

  it('name one credential; a flag beats the other', () => {
    const both = { ...KEY, VAULT_SERVICE_ACCOUNT: 'sa@project' };
    expect(problemsOf('', both)).toEqual([
      'VAULT_SERVICE_ACCOUNT: cannot be set together with VAULT_KEY_FILE',
    ]);
    const env = { VAULT_SUBJECT: 'a@b.example', VAULT_SERVICE_ACCOUNT: 'sa@project' };
    expect(read('', env).tenants[0]?.credential).toEqual({ type: 'keyless', serviceAccount: 'sa@project' });
    expect(read('', env, { keyFile: '/key.json' }).tenants[0]?.credential.type).toBe('key-file');
  });

  it('name what is missing', () => {
    expect(problemsOf('', { VAULT_KEY_FILE: '/key.json' })).toEqual([
      expect.stringMatching(/^VAULT_SUBJECT: is missing/),
    ]);
  });
});
