import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import Database from 'libsql';
import { shared } from '../../../src/cli/doctor/check';
import { allChecks } from '../../../src/cli/doctor/checks';
import { runChecks } from '../../../src/cli/doctor/run-checks';
import type { CheckResult } from '../../../src/cli/doctor/run-checks';
import { readSettings } from '../../../src/config/settings';
import { newKeyText } from '../../../src/encryption/key-ring';
import { startFakeVault } from '../../../src/fake-vault';
import type { Fault, FakeVault, FakeVaultOptions } from '../../../src/fake-vault';
import { openLedger } from '../../../src/ledger/open-ledger';
import { setStage } from '../../support/stage';
import type { Stage } from '../../support/stage';
import { until } from '../../support/until';
import { runCli } from '../cli-process';

const environment = process.env;
const folder = mkdtempSync(join(tmpdir(), 'vault-jobs-doctor-'));
const ledgerFile = join(folder, 'ledger.db');
const address = process.env.TEST_TEMPORAL_ADDRESS ?? '';
const fakes: FakeVault[] = [];
let stage: Stage;

beforeAll(async () => {
  // No credential of the machine that runs the tests may take part.
  process.env = { ...environment, CLOUDSDK_CONFIG: folder, METADATA_SERVER_DETECTION: 'none' };
  delete process.env.GOOGLE_APPLICATION_CREDENTIALS;
  stage = await setStage();
  await (await openLedger(ledgerFile, { namespace: 'default' })).close();
});

afterEach(() => delete process.env.GOOGLE_APPLICATION_CREDENTIALS);

afterAll(async () => {
  await Promise.all(fakes.map((fake) => fake.close()));
  await stage.close();
  rmSync(folder, { recursive: true });
  process.env = environment;
});

async function startFake(options: FakeVaultOptions = {}): Promise<FakeVault> {
  const fake = await startFakeVault({ limits: 'off', ...options });
  fakes.push(fake);
  return fake;
}

/** An empty variable says nothing, so that the file does. */
const FILE_ONLY = { TEMPORAL_ADDRESS: '' };

interface Change {
  temporal?: object;
  taskQueue?: string;
  ledger?: string;
  tenant?: object;
  encryption?: object;
}

/** A configuration in which everything is well, but for what a test changes. */
function configure(fake: FakeVault, change: Change = {}): string {
  const key = writeJson('key.json', fake.serviceAccountKey);
  return writeJson('config.yaml', {
    temporal: { address, ...change.temporal },
    taskQueue: change.taskQueue ?? stage.taskQueue,
    ledger: change.ledger ?? ledgerFile,
    encryption: change.encryption ?? {},
    tenants: [
      {
        name: 'acme',
        subject: fake.subject,
        credential: { type: 'key-file', path: key },
        rootUrl: fake.rootUrl,
        storageUrl: fake.rootUrl,
        tokenUrl: fake.tokenUrl,
        iamUrl: fake.rootUrl,
        ...change.tenant,
      },
    ],
  });
}

function writeJson(name: string, content: object): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

async function diagnose(config: string, limitMs?: number): Promise<CheckResult[]> {
  const settings = readSettings({ config }, { TEMPORAL_CONFIG_FILE: devNull });
  const connection = shared(() =>
    Connection.connect({ address: settings.temporal.address, connectTimeout: 5_000 }),
  );
  try {
    return await runChecks(allChecks(settings, connection), limitMs);
  } finally {
    await connection()
      .then((opened) => opened.close())
      .catch(() => undefined);
  }
}

/** The one line that is red, by its name; all others must be green or say that they were not looked at. */
async function theFailureOf(config: string): Promise<CheckResult> {
  const results = await diagnose(config);
  const failed = results.filter(({ status }) => status === 'fail');
  expect(failed.map(({ name }) => name)).toHaveLength(1);
  return failed[0]!;
}

it('finds nothing where everything is well', async () => {
  const config = configure(await startFake());
  await until('the worker to have polled every queue', async () => {
    const results = await diagnose(config);
    return results.every(({ status }) => status === 'ok');
  });
  const { exitCode, stdout } = await runCli(['doctor', '--json', '--config', config], FILE_ONLY);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ ok: true });
});

describe('of addresses', () => {
  const addressesOf = async (tenant: object) =>
    (await diagnose(configure(await startFake(), { tenant }))).find(({ name }) => name === 'addresses');

  it('names the stand-in on this machine', async () => {
    expect(await addressesOf({})).toMatchObject({
      status: 'ok',
      detail: expect.stringMatching(/^a stand-in on this machine, over plain http: 127\.0\.0\.1:\d+$/),
    });
  });

  it.each(['rootUrl', 'storageUrl', 'tokenUrl', 'iamUrl'])(
    'warns of a %s on another machine that may be reached over plain http',
    async (name) => {
      const tenant = { [name]: 'http://stand-in.invalid:8099/secret', allowHttp: true };
      const finding = await addressesOf(tenant);
      expect(finding).toMatchObject({
        status: 'warn',
        detail: expect.stringContaining('stand-in.invalid:8099'),
      });
      expect(finding?.detail).not.toContain('secret');
    },
  );

  it('refuses it where the configuration does not say so', async () => {
    const tenant = { rootUrl: 'http://stand-in.invalid:8099' };
    expect(await addressesOf(tenant)).toMatchObject({
      status: 'fail',
      advice: expect.stringContaining('allowHttp'),
    });
  });

  it('warns of the permission where nothing needs it', async () => {
    expect(await addressesOf({ allowHttp: true })).toMatchObject({ status: 'warn' });
  });
});

const QUEUES = [
  '',
  '-cancel',
  '-create',
  '-count',
  '-watch',
  '-watch-operation',
  '-read',
  '-link',
  '-policy',
];

it('warns of a secret that every user of the machine can read', async () => {
  chmodSync(folder, 0o755);
  const config = configure(await startFake());
  chmodSync(join(folder, 'key.json'), 0o644);
  const results = await diagnose(config);
  chmodSync(folder, 0o700);
  expect(results.find(({ name }) => name === 'secret files')).toMatchObject({
    status: 'warn',
    detail: expect.stringContaining('the credential of tenant "acme"'),
  });
});

describe('of encryption', () => {
  it('says which key cannot be read, and what became of the checks that need it', async () => {
    const encryption = {
      keys: [{ id: '2026-11', file: '/nowhere' }],
      codecServer: { url: 'http://127.0.0.1:1' },
    };
    const results = await diagnose(configure(await startFake(), { encryption }));
    expect(results.filter(({ group }) => group === 'Encryption')).toMatchObject([
      { name: 'keys', status: 'fail', detail: expect.stringContaining('key "2026-11" does not exist') },
      { name: 'newest jobs', status: 'skipped' },
      { name: 'codec server', status: 'skipped' },
    ]);
  });

  it('says that the codec server is not there, or is something else', async () => {
    const fake = await startFake();
    const file = join(folder, 'encryption-key');
    writeFileSync(file, newKeyText());
    const doctorWith = (url: string) => {
      const encryption = { keys: [{ id: '2026-11', file }], codecServer: { url } };
      return theFailureOf(configure(fake, { encryption }));
    };
    const where = 'http://127.0.0.1:1';
    expect(await doctorWith(where)).toMatchObject({ detail: `does not answer at ${where}` });
    expect(await doctorWith(fake.rootUrl)).toMatchObject({ detail: 'answers with HTTP status 404' });
  });
});

describe('of Temporal', () => {
  it('says that the server does not answer, and looks at everything else all the same', async () => {
    const results = await diagnose(configure(await startFake(), { temporal: { address: '127.0.0.1:1' } }));
    expect(results.filter(({ status }) => status === 'fail')).toEqual([
      expect.objectContaining({
        name: 'server',
        detail: 'does not answer at 127.0.0.1:1',
        advice: expect.stringContaining('set --address, TEMPORAL_ADDRESS or temporal.address'),
      }),
    ]);
    expect(results.filter(({ status }) => status === 'skipped').map(({ group }) => group)).toEqual([
      ...['versions', 'namespace', 'search attributes'].map(() => 'Temporal'),
      ...QUEUES.map(() => 'Workers'),
      // Jobs that somebody paused.
      'Workers',
      'Encryption',
    ]);
  });

  it('says that what answers is not Temporal', async () => {
    const fake = await startFake();
    const { host } = new URL(fake.rootUrl);
    const results = await diagnose(configure(fake, { temporal: { address: host } }));
    expect(results.find(({ name }) => name === 'server')).toMatchObject({ status: 'fail' });
  });

  it('says that the namespace is missing, and how to make it', async () => {
    const results = await diagnose(configure(await startFake(), { temporal: { namespace: 'nowhere' } }));
    expect(results.find(({ name }) => name === 'namespace')).toMatchObject({
      status: 'fail',
      detail: 'there is no namespace nowhere',
      advice: expect.stringContaining('temporal operator namespace create --namespace nowhere'),
    });
  });

  it('says which search attributes are missing', async () => {
    const namespace = `bare-${stage.taskQueue}`;
    await stage.temporal.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs(86_400_000),
    });
    const config = configure(await startFake(), { temporal: { namespace } });
    const line = await until('the new namespace to be known', async () => {
      const results = await diagnose(config);
      const known = results.some(({ name, status }) => name === 'namespace' && status === 'ok');
      return known && results.find(({ name }) => name === 'search attributes');
    });
    expect(line).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining('VaultOutcome'),
      advice: expect.stringContaining('start a worker, which registers them'),
    });
  });

  it('says for each queue that no worker polls it', async () => {
    const results = await diagnose(configure(await startFake(), { taskQueue: 'nobodys' }));
    expect(results.filter(({ status }) => status === 'fail')).toEqual(
      QUEUES.map((work) =>
        expect.objectContaining({
          group: 'Workers',
          name: `nobodys${work}`,
          detail: 'no worker polls it',
          advice: expect.stringContaining('vault-jobs worker'),
        }),
      ),
    );
  });
});

describe('of the ledger', () => {
  it('says that the file is gone, and does not make it', async () => {
    const config = configure(await startFake(), { ledger: join(folder, 'gone.db') });
    // The second look shows that the first made nothing.
    for (const look of ['first', 'second'])
      expect({ look, ...(await theFailureOf(config)) }).toMatchObject({
        name: 'shared',
        detail: expect.stringContaining('gone.db does not exist'),
        advice: expect.stringContaining('start a worker once'),
      });
  });

  it('says that the database does not answer, without its password', async () => {
    const ledger = 'postgres://jobs:hunter2@127.0.0.1:1/evidence';
    const failure = await theFailureOf(configure(await startFake(), { ledger }));
    expect(failure).toMatchObject({
      name: 'shared',
      detail: expect.stringMatching(/^postgres:\/\/127.0.0.1:1\/evidence cannot be used: .*ECONNREFUSED/),
    });
    expect(JSON.stringify(failure)).not.toContain('hunter2');
  });

  it('says that tables are missing, and leaves them so', async () => {
    const ledger = join(folder, 'empty.db');
    writeFileSync(ledger, '');
    const config = configure(await startFake(), { ledger });
    // The second look shows that the first made nothing.
    for (const look of ['first', 'second'])
      expect({ look, ...(await theFailureOf(config)) }).toMatchObject({
        detail: expect.stringContaining('tables of an older release'),
        advice: expect.stringContaining('start a worker of this release'),
      });
  });

  it('says that a newer release has written it', async () => {
    const ledger = join(folder, 'newer.db');
    await (await openLedger(ledger, { namespace: 'default' })).close();
    const database = new Database(ledger);
    database.exec("insert into ledger_migration (name, timestamp) values ('9999-later', '2030-01-01')");
    database.close();
    expect(await theFailureOf(configure(await startFake(), { ledger }))).toMatchObject({
      detail: expect.stringContaining('tables of a newer release'),
      advice: expect.stringContaining('update vault-jobs here'),
    });
  });
});

describe('of a tenant', () => {
  const tokenFault = (error: string, description: string): Fault => ({
    method: 'oauth2.token',
    times: 'always',
    answer: { kind: 'oauth-error', error, description },
  });
  const readFault = (answer: object): Fault => ({
    method: 'vault.matters.list',
    times: 'always',
    answer: { kind: 'error', status: 'PERMISSION_DENIED', ...answer },
  });

  it('says that the delegation is missing, and where to add it', async () => {
    const failure = await theFailureOf(configure(await startFake({ delegatedScopes: [] })));
    expect(failure).toMatchObject({
      group: 'Tenant acme',
      name: 'token for Vault',
      detail: expect.stringContaining('unauthorized_client'),
      advice: expect.stringMatching(/Domain-wide delegation.*auth\/ediscovery/),
    });
  });

  it('says that only the scope for downloads is missing, as something to know', async () => {
    const fake = await startFake({ delegatedScopes: ['https://www.googleapis.com/auth/ediscovery'] });
    const results = await diagnose(configure(fake));
    expect(results.filter(({ status }) => status !== 'ok')).toEqual([
      expect.objectContaining({
        status: 'warn',
        name: 'token for downloads',
        advice: expect.stringContaining('auth/devstorage.read_only'),
      }),
    ]);
  });

  it.each<[string, Fault, { name: string; advice: RegExp }]>([
    [
      'the user is none',
      tokenFault('invalid_grant', 'Invalid email or User ID'),
      { name: 'token for Vault', advice: /primary address of an active user/ },
    ],
    [
      'the service account is gone',
      tokenFault('invalid_grant', 'Invalid grant: account not found'),
      { name: 'token for Vault', advice: /service account was deleted/ },
    ],
    [
      'the key is gone',
      tokenFault('invalid_grant', 'Invalid JWT Signature.'),
      { name: 'token for Vault', advice: /key was deleted or disabled/ },
    ],
    [
      'a reauthentication policy ended the session',
      tokenFault('invalid_grant', 'reauth related error (invalid_rapt)'),
      { name: 'token for Vault', advice: /sign in again/ },
    ],
    [
      'the session was revoked',
      tokenFault('invalid_grant', 'Token has been expired or revoked.'),
      { name: 'token for Vault', advice: /sign in again/ },
    ],
    [
      'the user lacks a privilege or a licence',
      readFault({}),
      { name: 'read', advice: /Vault licence.*Manage Matters, Manage Searches and Manage Exports/ },
    ],
    [
      'the organisation has no Vault',
      readFault({ message: 'Customer does not have Vault installed.' }),
      { name: 'read', advice: /the organisation has no Vault/ },
    ],
    [
      'the API is not enabled',
      readFault({ reason: 'SERVICE_DISABLED' }),
      { name: 'read', advice: /gcloud services enable vault.googleapis.com/ },
    ],
    [
      'the token lacks the scope',
      readFault({ reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' }),
      { name: 'read', advice: /auth\/ediscovery/ },
    ],
    [
      'Vault is out of order',
      readFault({ status: 'UNAVAILABLE' }),
      { name: 'read', advice: /try again later/ },
    ],
    [
      'Vault takes no such token',
      readFault({ status: 'UNAUTHENTICATED' }),
      { name: 'read', advice: /root URL/ },
    ],
  ])('says that %s', async (_what, fault, { name, advice }) => {
    const fake = await startFake();
    fake.fault(fault);
    const failure = await theFailureOf(configure(fake));
    expect(failure).toMatchObject({ name, advice: expect.stringMatching(advice) });
    expect(JSON.stringify(failure)).not.toContain(fake.subject);
  });

  it('says that a quota is used up, which is no fault', async () => {
    const fake = await startFake();
    fake.fault({ method: 'vault.matters.list', answer: { kind: 'quota', form: '429' } });
    const results = await diagnose(configure(fake));
    expect(results.filter(({ status }) => status !== 'ok')).toEqual([
      expect.objectContaining({ status: 'warn', name: 'read', advice: expect.stringContaining('quota') }),
    ]);
  });

  it('says that this machine has another time, which is why there is no token', async () => {
    const fake = await startFake({ authClock: () => Date.now() - 3 * 3_600_000 });
    const results = await diagnose(configure(fake));
    expect(results.filter(({ status }) => status === 'fail')).toEqual([
      expect.objectContaining({ name: 'token for Vault', advice: expect.stringMatching(/clock/) }),
      expect.objectContaining({
        name: 'clock',
        detail: '3h ahead of the server',
        advice: expect.stringMatching(/NTP/),
      }),
    ]);
  });

  it('says that the key is not the right one', async () => {
    const fake = await startFake();
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const private_key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const path = writeJson('other-key.json', { ...fake.serviceAccountKey, private_key });
    const failure = await theFailureOf(
      configure(fake, { tenant: { credential: { type: 'key-file', path } } }),
    );
    expect(failure).toMatchObject({
      name: 'token for Vault',
      advice: expect.stringMatching(/key was deleted/),
    });
  });

  it('says which setting names a credential that is not there', async () => {
    const credential = { type: 'key-file', path: '/nowhere/key.json' };
    const failure = await theFailureOf(configure(await startFake(), { tenant: { credential } }));
    expect(failure).toMatchObject({
      name: 'credential',
      detail: 'the service account key file does not exist.',
      advice: 'set in config.yaml:1',
    });
  });

  it('says that IAM refuses to sign, and which role is missing', async () => {
    const fake = await startFake();
    process.env.GOOGLE_APPLICATION_CREDENTIALS = writeJson('user.json', fake.authorizedUser);
    const serviceAccount = fake.serviceAccountKey.client_email;
    const config = configure(fake, { tenant: { credential: { type: 'keyless', serviceAccount } } });
    expect(
      (await diagnose(config)).filter(({ group, status }) => group !== 'Workers' && status !== 'ok'),
    ).toEqual([]);
    fake.fault({
      method: 'iamcredentials.projects.serviceAccounts.signJwt',
      times: 'always',
      answer: { kind: 'error', status: 'PERMISSION_DENIED' },
    });
    expect(await theFailureOf(config)).toMatchObject({
      name: 'token for Vault',
      detail: expect.stringContaining('PERMISSION_DENIED'),
      advice: expect.stringContaining('roles/iam.serviceAccountTokenCreator'),
    });
  });

  it('says that the source credential must sign in again', async () => {
    const fake = await startFake();
    process.env.GOOGLE_APPLICATION_CREDENTIALS = writeJson('user.json', {
      ...fake.authorizedUser,
      refresh_token: 'revoked',
    });
    const serviceAccount = fake.serviceAccountKey.client_email;
    const config = configure(fake, { tenant: { credential: { type: 'keyless', serviceAccount } } });
    expect(await theFailureOf(config)).toMatchObject({
      name: 'token for Vault',
      detail: expect.stringContaining('the source credential: invalid_grant'),
      advice: expect.stringContaining('sign in again'),
    });
  });

  it('says that Vault cannot be reached', async () => {
    const gone = await startFakeVault();
    await gone.close();
    const config = configure(await startFake(), { tenant: { rootUrl: gone.rootUrl } });
    expect(await theFailureOf(config)).toMatchObject({
      name: 'read',
      detail: `${new URL(gone.rootUrl).host} does not answer (ECONNREFUSED)`,
    });
  });

  it('ends although a server keeps silent', async () => {
    const fake = await startFake();
    fake.fault({ method: 'vault.matters.list', times: 'always', answer: { kind: 'hang' } });
    const results = await diagnose(configure(fake), 2_000);
    expect(results.find(({ name }) => name === 'read')).toMatchObject({
      status: 'fail',
      detail: 'no answer within 2 s',
    });
  });
});

describe('the command', () => {
  it('ends with exit 1 and one line for each thing with how to mend it', async () => {
    const config = configure(await startFake({ delegatedScopes: [] }));
    const { exitCode, stdout } = await runCli(['doctor', '--config', config], FILE_ONLY);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^ {2}✗ {2}token for Vault +unauthorized_client/m);
    expect(stdout).toMatch(/^ +→ in admin.google.com/m);
    expect(stdout).toMatch(/1 of \d+ checks failed/);
    expect(stdout).not.toContain('\u001B');
  });

  it('shows what is wrong with the settings, all of it', async () => {
    const env = { TEMPORAL_ADDRESS: 'http://x', VAULT_KEY_FILE: '/key.json' };
    const { exitCode, stdout } = await runCli(['doctor', '--json'], env);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      checks: [
        { group: 'Configuration', status: 'fail', detail: expect.stringMatching(/^TEMPORAL_ADDRESS/) },
        { group: 'Configuration', status: 'fail', detail: expect.stringMatching(/^VAULT_SUBJECT/) },
      ],
    });
  });
});
