import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import { createCredential, type CredentialConfig } from '../../src/vault';
import { KEY, raw, startGoogleServer, type GoogleServer } from './google-server';
import { failureOf } from './harness';

const SUBJECT = 'admin@example.com';
const USER = { type: 'authorized_user', client_id: 'c', client_secret: 's', refresh_token: 'r' };
const IMPERSONATED = {
  type: 'impersonated_service_account',
  service_account_impersonation_url:
    'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/sa@p.iam.gserviceaccount.com:generateAccessToken',
  source_credentials: USER,
};
const EXTERNAL = {
  type: 'external_account',
  audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/p',
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  token_url: 'https://sts.googleapis.com/v1/token',
  credential_source: { file: '/nowhere' },
};
const EXTERNAL_USER = {
  ...USER,
  type: 'external_account_authorized_user',
  audience: '//iam.googleapis.com/locations/global/workforcePools/p/providers/p',
  token_url: 'https://sts.googleapis.com/v1/oauthtoken',
};

const environment = process.env;
let directory: string;
let google: GoogleServer;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vault-credential-'));
  google = await startGoogleServer();
  // No credential of the machine that runs the tests may take part.
  process.env = { ...environment, CLOUDSDK_CONFIG: directory, METADATA_SERVER_DETECTION: 'none' };
  delete process.env['GOOGLE_APPLICATION_CREDENTIALS'];
});

afterEach(async () => {
  process.env = environment;
  await google.close();
  await rm(directory, { recursive: true });
});

async function writeJson(content: unknown): Promise<string> {
  const path = join(directory, 'credential.json');
  await writeFile(path, JSON.stringify(content));
  return path;
}

async function useDefault(content: unknown): Promise<void> {
  process.env['GOOGLE_APPLICATION_CREDENTIALS'] = await writeJson(content);
}

function claims(): unknown {
  const assertion = new URLSearchParams(google.tokenCalls.at(-1)?.body).get('assertion') ?? '';
  return JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString());
}

const fromDefault = (more: Partial<CredentialConfig> = {}) =>
  createCredential({ source: { type: 'application-default' }, ...more });
const fromKey = (key: unknown, more: Partial<CredentialConfig> = {}) =>
  createCredential({ source: { type: 'service-account-key', key }, subject: SUBJECT, ...more });

describe('a service account key', () => {
  it('asks for a token for the subject, with the full Vault scope', async () => {
    const credential = await fromKey(KEY, { tokenUrl: google.tokenUrl });
    const { headers } = await credential.authorize('vault');
    expect(headers.get('authorization')).toBe('Bearer tok-1');
    expect(claims()).toMatchObject({
      iss: KEY.client_email,
      sub: SUBJECT,
      scope: 'https://www.googleapis.com/auth/ediscovery',
      aud: google.tokenUrl,
    });
  });

  it('asks for the storage scope separately, and only when something is downloaded', async () => {
    const credential = await fromKey(KEY, { tokenUrl: google.tokenUrl });
    await credential.authorize('vault');
    expect(google.tokenCalls).toHaveLength(1);
    const { headers } = await credential.authorize('storage');
    expect(headers.get('authorization')).toBe('Bearer tok-2');
    expect(claims()).toMatchObject({
      sub: SUBJECT,
      scope: 'https://www.googleapis.com/auth/devstorage.read_only',
    });
    await credential.authorize('vault');
    expect(google.tokenCalls).toHaveLength(2);
  });

  it('asks no server before the first call', async () => {
    await fromKey(KEY, { tokenUrl: google.tokenUrl });
    expect(google.tokenCalls).toHaveLength(0);
  });

  it('asks once for calls that start together', async () => {
    const credential = await fromKey(KEY, { tokenUrl: google.tokenUrl });
    await Promise.all(Array.from({ length: 5 }, () => credential.authorize('vault')));
    expect(google.tokenCalls).toHaveLength(1);
  });

  it('fetches tokens from its own token_uri, which the library ignores', async () => {
    const credential = await fromKey({ ...KEY, token_uri: google.tokenUrl });
    await credential.authorize('vault');
    expect(google.tokenCalls).toHaveLength(1);
  });

  it('fetches tokens from a configured URL before its own token_uri', async () => {
    const credential = await fromKey(
      { ...KEY, token_uri: 'http://127.0.0.1:1/token' },
      { tokenUrl: google.tokenUrl },
    );
    await credential.authorize('vault');
    expect(google.tokenCalls).toHaveLength(1);
  });

  it.each([
    undefined,
    'https://oauth2.googleapis.com/token',
    'https://accounts.google.com/o/oauth2/token',
    'https://www.googleapis.com/oauth2/v4/token',
  ])('asks Google when token_uri is %s', async (token_uri) => {
    const asked: string[] = [];
    const credential = await fromKey(
      { ...KEY, token_uri },
      {
        fetch: async (input) => {
          asked.push(input instanceof Request ? input.url : input.toString());
          return Response.json({ access_token: 't', expires_in: 3600 });
        },
      },
    );
    await credential.authorize('vault');
    expect(asked).toEqual(['https://oauth2.googleapis.com/token']);
  });

  it('is read from a file', async () => {
    const source = { type: 'key-file', path: await writeJson(KEY) } as const;
    const credential = await createCredential({ source, subject: SUBJECT, tokenUrl: google.tokenUrl });
    await credential.authorize('vault');
    expect(claims()).toMatchObject({ sub: SUBJECT });
  });

  it.each([
    ['lacks client_email', { ...KEY, client_email: undefined }],
    ['lacks private_key', { client_email: 'a' }],
    ['lacks an object', 'text'],
    ['private_key of the service account key is not an RSA key', { ...KEY, private_key: 'secret-pem' }],
    ['the token URL is not an http or https address', { ...KEY, token_uri: 'file:///token' }],
    ['in the universe googleapis.com only', { ...KEY, universe_domain: 'example.org' }],
  ])('is refused at the start when it %s', async (what, key) => {
    const error = await failureOf(fromKey(key));
    expect(error).toMatchObject({ kind: 'misconfigured', origin: 'local', requestSent: false });
    expect(error.message).toContain(what);
    expect(error.message).not.toContain('secret-pem');
  });

  it('of another kind than RSA is refused, as Google takes no other signature', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const outcome = await failureOf(fromKey({ ...KEY, private_key: pem }));
    expect(outcome.kind).toBe('misconfigured');
  });

  it.each([
    ['does not exist', '/nowhere/key.json'],
    ['cannot be read as JSON', __filename],
  ])('in a file that %s is refused without quoting the file', async (what, path) => {
    const error = await failureOf(createCredential({ source: { type: 'key-file', path }, subject: SUBJECT }));
    expect(error.message).toBe(`MISCONFIGURED: the service account key file ${what}.`);
  });

  it('without a subject is refused, as Vault answers no service account of its own', async () => {
    const error = await failureOf(createCredential({ source: { type: 'service-account-key', key: KEY } }));
    expect(error.message).toContain('no subject is configured');
  });

  it('with an empty subject is refused', async () => {
    expect((await failureOf(fromKey(KEY, { subject: '' }))).message).toContain('the subject is empty');
  });
});

describe('application default credentials', () => {
  it('act for the subject when they are a service account key', async () => {
    await useDefault(KEY);
    const credential = await fromDefault({ subject: SUBJECT, tokenUrl: google.tokenUrl });
    await credential.authorize('vault');
    expect(claims()).toMatchObject({ sub: SUBJECT, scope: 'https://www.googleapis.com/auth/ediscovery' });
    await credential.authorize('storage');
    expect(claims()).toMatchObject({ sub: SUBJECT, scope: expect.stringContaining('devstorage') });
  });

  it('fetch tokens from the token_uri of their key', async () => {
    await useDefault({ ...KEY, token_uri: google.tokenUrl });
    const credential = await fromDefault({ subject: SUBJECT });
    await credential.authorize('vault');
    expect(google.tokenCalls).toHaveLength(1);
  });

  it.each([
    ['an impersonated service account', IMPERSONATED],
    ['a user credential', USER],
    ['an external account', EXTERNAL],
    ['an external user', EXTERNAL_USER],
  ])('are refused with a subject when they are %s, which would drop it', async (name, content) => {
    await useDefault(content);
    const error = await failureOf(fromDefault({ subject: SUBJECT }));
    expect(error).toMatchObject({ kind: 'misconfigured', origin: 'local' });
    expect(error.message).toContain(`${name} cannot act for a subject and would drop it.`);
    expect(error.message).toContain('Use a service account key with domain-wide delegation');
    expect(error.message).not.toContain(SUBJECT);
  });

  it("are refused with a subject when they are the machine's own service account", async () => {
    process.env['METADATA_SERVER_DETECTION'] = 'assume-present';
    const error = await failureOf(fromDefault({ subject: SUBJECT }));
    expect(error.message).toContain("the machine's own service account cannot act for a subject");
  });

  it('of a user need no subject', async () => {
    await useDefault(USER);
    const credential = await fromDefault({ tokenUrl: google.tokenUrl });
    const { headers } = await credential.authorize('vault');
    expect(headers.get('authorization')).toBe('Bearer tok-1');
    expect(google.tokenCalls[0]?.body).toContain('grant_type=refresh_token');
  });

  it('of a user ask for a token once, even if the server is out of order', async () => {
    await useDefault(USER);
    const credential = await fromDefault({ tokenUrl: google.tokenUrl });
    google.answerToken = raw(503, '');
    await expect(credential.authorize('vault')).rejects.toMatchObject({ status: 503 });
    expect(google.tokenCalls).toHaveLength(1);
  });

  it.each([
    ['a service account key', KEY],
    ['an impersonated service account', IMPERSONATED],
  ])('of %s need a subject', async (name, content) => {
    await useDefault(content);
    const error = await failureOf(fromDefault());
    expect(error.message).toContain(`Vault does not answer ${name} by itself`);
  });

  it('are checked again after a 401, as the environment may name others by then', async () => {
    await useDefault(KEY);
    const credential = await fromDefault({ subject: SUBJECT, tokenUrl: google.tokenUrl });
    const authorization = await credential.authorize('vault');
    await useDefault(USER);
    authorization.drop();
    const error = await failureOf(credential.authorize('vault'));
    expect(error.kind).toBe('misconfigured');
    await useDefault(KEY);
    await expect(credential.authorize('vault')).resolves.toBeDefined();
  });

  it('are refused when there are none', async () => {
    const error = await failureOf(fromDefault({ subject: SUBJECT }));
    expect(error.message).toContain('no usable application default credentials');
  });
});
