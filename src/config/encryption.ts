import { z } from 'zod';
import { KEY_ID } from '../encryption/key-ring';
import { codecServerSchema } from './codec-server';
import type { Place, SettingPattern } from './place';

const keyId = z.string().regex(KEY_ID, 'must be up to 64 letters, digits, dots, dashes or underscores');

const KEY_FORM =
  'must be { id, file } or { id, env }; as a variable <id>=<file> or <id>=env:<VARIABLE>, comma-separated, each id once';

/** Where the text of a key is: never in the configuration itself. */
const keySourceSchema = z.union(
  [
    z.strictObject({ id: keyId, file: z.string().min(1) }),
    z.strictObject({ id: keyId, env: z.string().min(1) }),
  ],
  KEY_FORM,
);

export type KeySource = z.output<typeof keySourceSchema>;

/** The section `encryption`. */
export const encryptionSchema = z.strictObject({
  /** The first encrypts, every one decrypts. None: nothing is encrypted. */
  keys: z
    .array(keySourceSchema)
    .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length, KEY_FORM)
    .default([]),
  /** Refuses what is not encrypted, but for signals that anybody may send. */
  require: z.boolean().default(false),
  codecServer: codecServerSchema.prefault({}),
});

export type EncryptionSettings = z.output<typeof encryptionSchema>;

/** What one variable sets, as a path in the section. */
const VARIABLES = {
  VAULT_JOBS_ENCRYPTION_KEYS: 'keys',
  VAULT_JOBS_ENCRYPTION_REQUIRE: 'require',
  VAULT_JOBS_CODEC_URL: 'codecServer.url',
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

/** The variables that override the section. */
export const ENCRYPTION_PLACES: readonly Place[] = Object.entries(VARIABLES).map(([variable, path]) => ({
  path: ['encryption', ...path.split('.')],
  variable,
  read: (text) => valueOf(path, text),
}));

/** Settings of the section that name a file. */
export const ENCRYPTION_FILES: readonly SettingPattern[] = [
  ['encryption', 'keys', '*', 'file'],
  ['encryption', 'codecServer', 'tokenFile'],
  ['encryption', 'codecServer', 'tls', 'certFile'],
  ['encryption', 'codecServer', 'tls', 'keyFile'],
];

function valueOf(path: string, text: string): unknown {
  const list = () => text.split(',').map((entry) => entry.trim());
  if (path === 'keys') return list().map(keySource);
  if (path === 'require') return text === 'true' ? true : text === 'false' ? false : text;
  return path === 'codecServer.origins' ? list() : text;
}

function keySource(entry: string): object {
  const [, id, inEnv, place] = /^([^=]+)=(env:)?(.+)$/.exec(entry) ?? [];
  return inEnv === undefined ? { id, file: place } : { id, env: place };
}
