import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFakeVault } from '../../src/fake-vault';
import type { FakeVault, FakeVaultOptions } from '../../src/fake-vault';
import { createCredential, createVaultClient } from '../../src/vault';
import type { CredentialConfig, VaultClient } from '../../src/vault';
import { failureOf } from './harness';

const SIGN = 'iamcredentials.projects.serviceAccounts.signJwt';
const environment = process.env;
const fakes: FakeVault[] = [];
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vault-credential-'));
  // No credential of the machine that runs the tests may take part.
  process.env = { ...environment, CLOUDSDK_CONFIG: directory, METADATA_SERVER_DETECTION: 'none' };
  delete process.env.GOOGLE_APPLICATION_CREDENTIALS;
});

afterEach(async () => {
  jest.useRealTimers();
  process.env = environment;
  await Promise.all(fakes.splice(0).map((fake) => fake.close()));
  await rm(directory, { recursive: true });
});

async function startFake(options: FakeVaultOptions = {}): Promise<FakeVault> {
  const fake = await startFakeVault({ limits: 'off', ...options });
  fakes.push(fake);
  return fake;
}

async function useDefault(content: unknown): Promise<void> {
  const path = join(directory, 'default.json');
  await writeFile(path, JSON.stringify(content));
  process.env.GOOGLE_APPLICATION_CREDENTIALS = path;
}

function tokensAsked(fake: FakeVault): number {
  return fake.log({ method: 'oauth2.token' }).length;
}

/** Each way to act for a Vault user, as its configuration has it, and the token requests that one token takes. */
const WAYS: [string, (fake: FakeVault) => Promise<CredentialConfig>, { tokenRequests: number }][] = [
  [
    'a service account key',
    async (fake) => ({
      source: { type: 'service-account-key', key: fake.serviceAccountKey },
      subject: fake.subject,
    }),
    { tokenRequests: 1 },
  ],
  [
    'application default credentials that are a key',
    async (fake) => {
      await useDefault(fake.serviceAccountKey);
      return { source: { type: 'application-default' }, subject: fake.subject };
    },
    { tokenRequests: 1 },
  ],
  [
    'application default credentials of a user',
    async (fake) => {
      await useDefault(fake.authorizedUser);
      return { source: { type: 'application-default' }, tokenUrl: fake.tokenUrl };
    },
    { tokenRequests: 1 },
  ],
  [
    'keyless delegation',
    async (fake) => {
      await useDefault(fake.authorizedUser);
      return {
        source: { type: 'keyless', serviceAccount: fake.serviceAccountKey.client_email },
        subject: fake.subject,
        tokenUrl: fake.tokenUrl,
        iamUrl: fake.rootUrl,
      };
    },
    // The source credential's own, and the subject's.
    { tokenRequests: 2 },
  ],
];

describe.each(WAYS)('%s', (_name, configOf, { tokenRequests }) => {
  async function client(fake: FakeVault): Promise<VaultClient> {
    const credential = await createCredential(await configOf(fake));
    return createVaultClient({ rootUrl: fake.rootUrl, storageUrl: fake.rootUrl }, credential);
  }

  it('acts as the Vault user', async () => {
    const fake = await startFake();
    const vault = await client(fake);
    await vault.createMatter({ name: 'Acme' });
    expect(fake.log({ method: 'vault.matters.create' })).toEqual([
      expect.objectContaining({ status: 200, subject: fake.subject }),
    ]);
  });

  it('asks for one token when a hundred calls start at once', async () => {
    const fake = await startFake();
    const vault = await client(fake);
    await Promise.all(Array.from({ length: 100 }, () => vault.listMatters()));
    expect(fake.log({ method: 'vault.matters.list' })).toHaveLength(100);
    expect(tokensAsked(fake)).toBe(tokenRequests);
  });

  it('asks for one new token when a hundred calls meet a revoked one at once', async () => {
    const fake = await startFake();
    const vault = await client(fake);
    await vault.listMatters();
    fake.revokeTokens();
    const refused = await Promise.allSettled(Array.from({ length: 100 }, () => vault.listMatters()));
    expect(refused.filter(({ status }) => status === 'rejected')).toHaveLength(100);
    await Promise.all(Array.from({ length: 100 }, () => vault.listMatters()));
    expect(tokensAsked(fake)).toBe(2 * tokenRequests);
  });

  it('keeps the new token when a late call is still refused with the old one', async () => {
    const fake = await startFake();
    const credential = await createCredential(await configOf(fake));
    const [early, late] = await Promise.all([credential.authorize('vault'), credential.authorize('vault')]);
    early.drop();
    const renewed = await credential.authorize('vault');
    late.drop();
    const next = await credential.authorize('vault');
    expect(next.headers.get('authorization')).toBe(renewed.headers.get('authorization'));
    expect(next.headers.get('authorization')).not.toBe(early.headers.get('authorization'));
  });

  it('has a new token before the old one ends, so that no call is refused', async () => {
    const fake = await startFake({ authClock: () => Date.now() });
    const vault = await client(fake);
    await vault.listMatters();
    const start = Date.now();
    // Only what the time is: sockets keep their timers.
    jest.useFakeTimers({
      now: start + 50 * 60_000,
      doNotFake: [
        'setTimeout',
        'clearTimeout',
        'setInterval',
        'clearInterval',
        'setImmediate',
        'nextTick',
        'queueMicrotask',
      ],
    });
    await vault.listMatters();
    expect(tokensAsked(fake)).toBe(tokenRequests);
    jest.setSystemTime(start + 57 * 60_000);
    await vault.listMatters();
    expect(tokensAsked(fake)).toBe(2 * tokenRequests);
    expect(fake.log({ method: 'vault.matters.list' }).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('has a token of its own for downloads', async () => {
    const fake = await startFake();
    const credential = await createCredential(await configOf(fake));
    const [vault, storage] = await Promise.all([
      credential.authorize('vault'),
      credential.authorize('storage'),
    ]);
    expect(vault.headers.get('authorization')).not.toBe(storage.headers.get('authorization'));
  });
});

describe('keyless delegation that fails', () => {
  async function keyless(fake: FakeVault): Promise<VaultClient> {
    await useDefault(fake.authorizedUser);
    const credential = await createCredential({
      source: { type: 'keyless', serviceAccount: fake.serviceAccountKey.client_email },
      subject: fake.subject,
      tokenUrl: fake.tokenUrl,
      iamUrl: fake.rootUrl,
    });
    return createVaultClient({ rootUrl: fake.rootUrl }, credential);
  }

  it('says that IAM refused to sign', async () => {
    const fake = await startFake();
    fake.fault({ method: SIGN, answer: { kind: 'error', status: 'PERMISSION_DENIED' } });
    const vault = await keyless(fake);
    expect(await failureOf(vault.listMatters())).toMatchObject({
      kind: 'token',
      origin: 'iam',
      status: 'PERMISSION_DENIED',
      requestSent: false,
    });
    await expect(vault.listMatters()).resolves.toBeDefined();
  });

  it('says that the source credential got no token', async () => {
    const fake = await startFake();
    fake.fault({ method: 'oauth2.token', answer: { kind: 'oauth-error', error: 'invalid_grant' } });
    expect(await failureOf((await keyless(fake)).listMatters())).toMatchObject({
      kind: 'token',
      origin: 'source',
      reason: 'invalid_grant',
    });
  });

  it('says that the subject got no token', async () => {
    const fake = await startFake({ delegatedScopes: [] });
    expect(await failureOf((await keyless(fake)).listMatters())).toMatchObject({
      kind: 'token',
      origin: 'token',
      reason: 'unauthorized_client',
    });
  });

  it('asks each server once, and leaves it to the caller to ask again', async () => {
    const fake = await startFake();
    fake.fault({ method: SIGN, times: 'always', answer: { kind: 'error', status: 'UNAVAILABLE' } });
    expect(await failureOf((await keyless(fake)).listMatters())).toMatchObject({ httpStatus: 503 });
    expect(fake.log({ method: SIGN })).toHaveLength(1);
  });

  it('without a subject is refused at the start', async () => {
    const source = { type: 'keyless', serviceAccount: 'sa@project' } as const;
    expect((await failureOf(createCredential({ source }))).message).toContain('no subject is configured');
  });
});
