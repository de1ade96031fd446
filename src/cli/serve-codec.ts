import { createHash } from 'node:crypto';
import { startCodecServer } from '../codec-server/codec-server';
import type { CodecLogLine } from '../codec-server/codec-server';
import { identityTokens } from '../codec-server/identity-token';
import type { CodecServerSettings } from '../config/codec-server';
import { ConfigError } from '../config/config-error';
import { openKeyRing } from '../encryption/open-key-ring';
import { readSecretFile } from '../encryption/secret-file';
import type { Settings } from '../config/settings';
import { plainJson, visible } from '../domain/foreign-text';
import { encryptionCodec } from '../encryption/encryption-codec';
import { stopSignal, untilAborted } from '../stack/stop-signal';
import { EXIT } from './exit-code';
import type { ExitCode } from './exit-code';
import type { OutputFlags } from './output';
import { createOutput, print } from './output';

/** A shorter one could be guessed. */
const MIN_TOKEN_CHARS = 32;

/** Runs a codec server until it is told to stop. */
export async function serveCodec(settings: Settings, flags: OutputFlags): Promise<ExitCode> {
  const keys = openKeyRing(settings.encryption, process.env);
  const { codecServer } = settings.encryption;
  const problems: string[] = [];
  if (keys === undefined) problems.push('VAULT_JOBS_ENCRYPTION_KEYS: there is no key to decrypt with');
  const { oidc } = codecServer;
  if (codecServer.tokenFile === undefined && oidc === undefined)
    problems.push(
      'VAULT_JOBS_CODEC_TOKEN_FILE, VAULT_JOBS_CODEC_OIDC_ISSUER: one of them must say who may decrypt',
    );
  const token = readToken(codecServer, problems);
  const tls = readTls(codecServer, problems);
  if (keys === undefined || problems.length > 0) throw new ConfigError(problems);

  const stop = stopSignal();
  const { host, port, origins } = codecServer;
  const { namespace } = settings.temporal;
  const server = await startCodecServer({
    codec: encryptionCodec(keys, { namespace, showsPlain: true }),
    authorities: { token, ...(oidc && { identities: identityTokens(oidc) }) },
    origins,
    namespace,
    host,
    port,
    tls,
    log: (line) => print(process.stderr, codecLogLine(line)),
  });
  try {
    const ready = { ready: true, url: server.url, namespace, origins };
    createOutput(flags).answer(
      ready,
      (shown, { good }) =>
        `${good('Codec server ready')}: ${shown.url}; namespace ${shown.namespace}; pages of ${shown.origins.join(', ') || 'no origin'}`,
    );
    await untilAborted(stop.signal);
    return EXIT.OK;
  } finally {
    await server.close();
    stop.release();
  }
}

export function codecLogLine({ method, status, payloads, who, why }: CodecLogLine): string {
  const fields = [`status=${status}`, `payloads=${payloads}`];
  if (who !== undefined) fields.push(`who=${plainJson(nameless(who))}`);
  if (why !== undefined) fields.push(`why=${plainJson(why)}`);
  return [new Date().toISOString(), status < 400 ? 'INFO' : 'WARN', visible(method), ...fields].join(' ');
}

/** Some providers identify people by their addresses, and those reach no log; the same person stays the same. */
function nameless(who: string): string {
  return who.includes('@') ? `sha256:${createHash('sha256').update(who).digest('hex').slice(0, 16)}` : who;
}

function readToken({ tokenFile }: CodecServerSettings, problems: string[]): string | undefined {
  const token =
    tokenFile === undefined ? undefined : readOr(tokenFile, 'VAULT_JOBS_CODEC_TOKEN_FILE', problems)?.trim();
  if (token !== undefined && !(token.length >= MIN_TOKEN_CHARS && /^\S+$/.test(token)))
    problems.push(
      `VAULT_JOBS_CODEC_TOKEN_FILE: must hold one token of ${MIN_TOKEN_CHARS} characters or more`,
    );
  return token;
}

function readTls(
  { tls }: CodecServerSettings,
  problems: string[],
): { cert: string; key: string } | undefined {
  if (tls === undefined) return undefined;
  const cert = readOr(tls.certFile, 'VAULT_JOBS_CODEC_TLS_CERT_FILE', problems);
  const key = readOr(tls.keyFile, 'VAULT_JOBS_CODEC_TLS_KEY_FILE', problems);
  return cert !== undefined && key !== undefined ? { cert, key } : undefined;
}

function readOr(file: string, setting: string, problems: string[]): string | undefined {
  const read = readSecretFile(file);
  if ('text' in read) return read.text;
  problems.push(`${setting}: the file ${read.problem}`);
  return undefined;
}
