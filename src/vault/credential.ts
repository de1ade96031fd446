import { type AuthClient, GoogleAuth, JWT } from 'google-auth-library';
import { readNamedFile } from '../config/named-file';
import { isJsonObject } from '../domain/json';
import { GOOGLE_IAM_URL, KeylessClient } from './keyless-client';
import type { Service } from './method';
import { rootUrl } from './root-url';
import { assertPrincipal } from './principal';
import { parseServiceAccountKey } from './service-account-key';
import { GOOGLE_TOKEN_URL, otherTokenUrl, tokenTransport } from './token-route';
import { misconfigured } from './vault-error';
import { DEFAULT_TIMEOUT_MS } from './vault-client-config';

/** One token per scope: a delegation that lacks one of the scopes refuses a token that asks for both. */
export const SCOPES: { [service in Service]: string } = {
  // Counting, cancelling and deleting need the full scope.
  vault: 'https://www.googleapis.com/auth/ediscovery',
  storage: 'https://www.googleapis.com/auth/devstorage.read_only',
};

/** What the source credential needs to have IAM sign. */
const SIGNING_SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

export type CredentialSource =
  | { type: 'service-account-key'; key: unknown }
  | { type: 'key-file'; path: string }
  /** Application default credentials have IAM sign for a service account with delegation; there is no key. */
  | { type: 'keyless'; serviceAccount: string }
  | { type: 'application-default' };

export interface CredentialConfig {
  source: CredentialSource;
  /** The Vault user to act for by domain-wide delegation. Required with a service account. */
  subject?: string;
  /** The token endpoint of a stand-in; without it a key's own `token_uri` counts. */
  tokenUrl?: string;
  /** IAM Credentials of a stand-in, for `keyless`. */
  iamUrl?: string;
  /** Lets token and IAM requests go over plain http to another machine: for stand-ins. */
  allowHttp?: boolean;
  timeoutMs?: number;
  fetch?: typeof fetch;
}

/** Headers that authorize one call. */
export interface Authorization {
  readonly headers: Headers;
  /** Forgets the token after a 401, so that the next call gets a new one. */
  drop(): void;
}

export interface VaultCredential {
  authorize(service: Service): Promise<Authorization>;
}

/** Checks who the calls would be made as, and refuses anyone but the configured principal. Asks no server. */
export async function createCredential(config: CredentialConfig): Promise<VaultCredential> {
  const build = await clientFactory(config);
  const clients = new Map<Service, Promise<AuthClient>>();
  const clientFor = (service: Service) => {
    const cached = clients.get(service);
    if (cached !== undefined) return cached;
    const built = build(service);
    clients.set(service, built);
    built.catch(() => drop(service, built));
    return built;
  };
  // Calls overlap: a late 401 must not drop the token that an earlier one has already replaced.
  const drop = (service: Service, client: Promise<AuthClient>) => {
    if (clients.get(service) === client) clients.delete(service);
  };
  await clientFor('vault');
  return {
    async authorize(service) {
      const client = clientFor(service);
      const headers = await (await client).getRequestHeaders();
      return { headers, drop: () => drop(service, client) };
    },
  };
}

type BuildClient = (service: Service) => Promise<AuthClient>;

async function clientFactory(config: CredentialConfig): Promise<BuildClient> {
  if (config.subject === '') throw misconfigured('the subject is empty.');
  const { source } = config;
  switch (source.type) {
    case 'service-account-key':
      return keyClients(config, source.key);
    case 'key-file':
      return keyClients(config, readJson(source.path));
    case 'keyless':
      return keylessClients(config, source.serviceAccount);
    case 'application-default':
      return defaultClients(config);
    default:
      source satisfies never;
      throw misconfigured('the credential source is of no known type.');
  }
}

function keyClients(config: CredentialConfig, json: unknown): BuildClient {
  const key = parseServiceAccountKey(json);
  const tokenUrl = otherTokenUrl(config.tokenUrl ?? key.token_uri, config.allowHttp);
  return async (service) => {
    const client = new JWT({
      email: key.client_email,
      key: key.private_key,
      scopes: [SCOPES[service]],
      ...(config.subject !== undefined && { subject: config.subject }),
      ...(key.universe_domain !== undefined && { universeDomain: key.universe_domain }),
      ...(tokenUrl && { additionalClaims: audience(tokenUrl) }),
      transporterOptions: transport(config, () => tokenUrl),
    });
    assertPrincipal(client, config.subject);
    return client;
  };
}

function keylessClients(config: CredentialConfig, serviceAccount: string): BuildClient {
  const { subject } = config;
  if (subject === undefined)
    throw misconfigured('no subject is configured; keyless delegation needs the Vault user to act for.');
  const iamUrl = rootUrl('the IAM URL', config.iamUrl ?? GOOGLE_IAM_URL, config.allowHttp);
  const tokenUrl = otherTokenUrl(config.tokenUrl, config.allowHttp);
  return async (service) => {
    const { client: source, transporterOptions } = await defaultClient(config, SIGNING_SCOPE, {});
    return new KeylessClient({
      source,
      serviceAccount,
      subject,
      scope: SCOPES[service],
      iamUrl,
      audience: tokenUrl?.href ?? GOOGLE_TOKEN_URL,
      transporterOptions,
    });
  };
}

function defaultClients(config: CredentialConfig): BuildClient {
  const { subject } = config;
  return async (service) => {
    const { client } = await defaultClient(config, SCOPES[service], subject === undefined ? {} : { subject });
    assertPrincipal(client, subject);
    return client;
  };
}

/** Found anew each time: the environment may name another credential than it did before the 401. */
async function defaultClient(config: CredentialConfig, scope: string, actFor: { subject?: string }) {
  let tokenUrl = otherTokenUrl(config.tokenUrl, config.allowHttp);
  const transporterOptions = transport(config, () => tokenUrl);
  const auth = new GoogleAuth({
    scopes: [scope],
    // Unused, but without one the library starts gcloud and asks the metadata server for it.
    projectId: 'unused',
    clientOptions: { ...actFor, transporterOptions },
  });
  const client = await auth.getClient().catch(() => {
    throw misconfigured(
      'no usable application default credentials; set GOOGLE_APPLICATION_CREDENTIALS or configure a key.',
    );
  });
  if (client instanceof JWT && isJsonObject(auth.jsonContent)) {
    tokenUrl ??= otherTokenUrl(auth.jsonContent['token_uri'], config.allowHttp);
    if (tokenUrl) client.additionalClaims = audience(tokenUrl);
  }
  return { client, transporterOptions };
}

/** The library would name Google, and whoever listens there could take the assertion to it. */
function audience(tokenUrl: URL): { aud: string } {
  return { aud: tokenUrl.href };
}

function transport(config: CredentialConfig, tokenUrl: () => URL | undefined) {
  return tokenTransport(config.fetch ?? fetch, config.timeoutMs ?? DEFAULT_TIMEOUT_MS, tokenUrl);
}

function readJson(path: string): unknown {
  const read = readNamedFile(path);
  if ('problem' in read) throw misconfigured(`the service account key file ${read.problem}.`);
  try {
    return JSON.parse(read.text);
  } catch {
    // The parser's message quotes the file.
    throw misconfigured('the service account key file cannot be read as JSON.');
  }
}
