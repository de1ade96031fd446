import { z } from 'zod';
import { KEY_ID } from '../encryption/key-ring';
import { codecServerSchema } from './codec-server';
import type { Environment } from './setting-sources';

const keyId = z.string().regex(KEY_ID, 'must be up to 64 letters, digits, dots, dashes or underscores');

/** Where the text of a key is: never in the configuration itself. */
const keySourceSchema = z.union(
  [
    z.strictObject({ id: keyId, file: z.string().min(1) }),
    z.strictObject({ id: keyId, env: z.string().min(1) }),
  ],
  'must be { id, file } or { id, env }, the id up to 64 letters, digits, dots, dashes or underscores',
);

export type KeySource = z.output<typeof keySourceSchema>;

/** The section `encryption`. */
export const encryptionSchema = z.strictObject({
  /** The first encrypts, every one decrypts. None: nothing is encrypted. */
  keys: z
    .array(keySourceSchema)
    .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length, 'each needs an id of its own')
    .default([]),
  codecServer: codecServerSchema.prefault({}),
});

export type EncryptionSettings = z.output<typeof encryptionSchema>;

const KEYS_VARIABLE = 'VAULT_JOBS_ENCRYPTION_KEYS';
const KEYS_FORM =
  'must be <id>=<file> or <id>=env:<VARIABLE>, comma-separated, each id once, the newest first';

/** What one variable sets, as a path in the section. */
const VARIABLES: Readonly<Record<string, string>> = {
  [KEYS_VARIABLE]: 'keys',
  VAULT_JOBS_CODEC_HOST: 'codecServer.host',
  VAULT_JOBS_CODEC_PORT: 'codecServer.port',
  VAULT_JOBS_CODEC_ORIGINS: 'codecServer.origins',
  VAULT_JOBS_CODEC_TOKEN_FILE: 'codecServer.tokenFile',
  VAULT_JOBS_CODEC_OIDC_ISSUER: 'codecServer.oidc.issuer',
  VAULT_JOBS_CODEC_OIDC_AUDIENCE: 'codecServer.oidc.audience',
  VAULT_JOBS_CODEC_OIDC_JWKS_URI: 'codecServer.oidc.jwksUri',
  VAULT_JOBS_CODEC_OIDC_EMAIL_DOMAIN: 'codecServer.oidc.emailDomain',
  VAULT_JOBS_CODEC_TLS_CERT_FILE: 'codecServer.tls.certFile',
  VAULT_JOBS_CODEC_TLS_KEY_FILE: 'codecServer.tls.keyFile',
};

/**
 * The environment over the section of a config file. Every problem is pushed with its source; none quotes a
 * value, since somebody will put a key where its file should be named.
 */
export function readEncryption(section: unknown, env: Environment, problems: string[]): EncryptionSettings {
  const set = Object.entries(VARIABLES).filter(([variable]) => env[variable]);
  const raw = z
    .looseObject({})
    .catch({})
    .parse(structuredClone(section ?? {}));
  for (const [variable, path] of set) setAt(raw, path.split('.'), valueOf(path, env[variable] ?? ''));
  const parsed = encryptionSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    const at = issue.path.join('.');
    const places = section === undefined ? Object.entries(VARIABLES) : set;
    const [variable] = places.find(([, path]) => at === path || at.startsWith(`${path}.`)) ?? [];
    const message = variable === KEYS_VARIABLE ? KEYS_FORM : issue.message;
    problems.push(`${variable ?? `encryption.${at}`}: ${message}`);
  }
  return encryptionSchema.parse({});
}

function valueOf(path: string, text: string): unknown {
  const list = () => text.split(',').map((entry) => entry.trim());
  if (path === 'keys') return list().map(keySource);
  return path === 'codecServer.origins' ? list() : text;
}

function keySource(entry: string): object {
  const [, id, inEnv, place] = /^([^=]+)=(env:)?(.+)$/.exec(entry) ?? [];
  return inEnv === undefined ? { id, file: place } : { id, env: place };
}

function setAt(target: Record<string, unknown>, [field = '', ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    target[field] = value;
    return;
  }
  const inner = z.looseObject({}).catch({}).parse(target[field]);
  target[field] = inner;
  setAt(inner, rest, value);
}
