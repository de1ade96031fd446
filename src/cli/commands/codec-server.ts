import { Command } from 'commander';
import { settingsFrom, temporalOptions } from '../connection-options';
import type { ExitCode } from '../exit-code';
import { jsonOption } from '../output';
import type { OutputFlags } from '../output';
import { run } from '../run-command';
import type { SettingFlags } from '../../config/setting-sources';

const EXAMPLES = `
Set, beside VAULT_JOBS_ENCRYPTION_KEYS:
  VAULT_JOBS_CODEC_ORIGINS             of your Temporal UI, for example https://temporal.example.com
  VAULT_JOBS_CODEC_TOKEN_FILE          a token of 32 characters or more, for command lines; and, or
  VAULT_JOBS_CODEC_OIDC_ISSUER, VAULT_JOBS_CODEC_OIDC_AUDIENCE
                                       whose tokens the Temporal UI passes on; VAULT_JOBS_CODEC_OIDC_EMAIL_DOMAIN
                                       lets in only addresses there, VAULT_JOBS_CODEC_OIDC_JWKS_URI spares discovery
  VAULT_JOBS_CODEC_HOST, VAULT_JOBS_CODEC_PORT
                                       where it listens (default 127.0.0.1, 8234)
  VAULT_JOBS_CODEC_TLS_CERT_FILE, VAULT_JOBS_CODEC_TLS_KEY_FILE
                                       https, unless a proxy before it does that

Examples:
  $ vault-jobs codec-server
  $ temporal workflow show -w JOB --codec-endpoint http://127.0.0.1:8234 --codec-auth "Bearer $(cat token)"`;

export function codecServerCommand(): Command {
  const command = new Command('codec-server').description(
    'Let the Temporal UI and command line decrypt jobs for people who may',
  );
  return temporalOptions(jsonOption(command)).addHelpText('after', EXAMPLES).action(run(startServer));
}

async function startServer(flags: SettingFlags & OutputFlags): Promise<ExitCode> {
  const settings = settingsFrom(flags);
  // Loaded here only: a web server is more than most commands need.
  const { serveCodec } = await import('../serve-codec.js');
  return serveCodec(settings, flags);
}
