import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { EXIT } from '../exit-code';
import type { ExitCode } from '../exit-code';
import { durationMs, oneOf, wholeNumber } from '../flag-values';
import { printJson } from '../output';
import { run } from '../run-command';

const EXAMPLES = `
Examples:
  $ vault-jobs fake-vault
  $ vault-jobs fake-vault --port 8099 --key-file /tmp/key.json --link-mode linked --export-duration 20s
  $ VAULT_ROOT_URL=http://127.0.0.1:8099 VAULT_STORAGE_URL=http://127.0.0.1:8099 \\
      VAULT_KEY_FILE=/tmp/key.json VAULT_SUBJECT=vault-admin@example.com vault-jobs worker

Prints one line of JSON: rootUrl, tokenUrl, keyFile, subject, and the id of a matter to start with. Speaks Google's
wire format over HTTP, tokens and downloads included; nothing leaves this machine.`;

interface Flags {
  host?: string;
  port?: number;
  keyFile?: string;
  subject?: string;
  linkMode?: 'documented' | 'linked';
  limits?: 'documented' | 'off';
  exportDuration?: number;
  countDuration?: number;
}

export function fakeVaultCommand(): Command {
  return new Command('fake-vault')
    .description('Run a stand-in for Google Vault on this machine, until Ctrl-C')
    .option(
      '--host <address>',
      'listen on this address (default 127.0.0.1); it is a stand-in and protects nothing',
    )
    .option('--port <number>', 'listen here (default: any free port)', wholeNumber('--port', 0, 65_535))
    .option('--key-file <path>', 'write the service account key here (default: a temporary file)')
    .option('--subject <email>', 'the Vault administrator (default vault-admin@example.com)')
    .option(
      '--link-mode <mode>',
      'documented (default): an export has no operation; linked: it has one',
      oneOf('--link-mode', ['documented', 'linked']),
    )
    .option(
      '--limits <mode>',
      "documented (default): Google's quotas count; off",
      oneOf('--limits', ['documented', 'off']),
    )
    .option(
      '--export-duration <duration>',
      'how long an export runs (default 1m)',
      durationMs('--export-duration'),
    )
    .option(
      '--count-duration <duration>',
      'how long a count runs (default 5s)',
      durationMs('--count-duration'),
    )
    .addHelpText('after', EXAMPLES)
    .action(run(serveFakeVault));
}

async function serveFakeVault(flags: Flags): Promise<ExitCode> {
  const { startFakeVault, writeKeyFile } = await import('../../fake-vault/index.js');
  const vault = await startFakeVault({
    ...(flags.host !== undefined && { host: flags.host }),
    ...(flags.port !== undefined && { port: flags.port }),
    ...(flags.subject !== undefined && { subject: flags.subject }),
    ...(flags.linkMode && { linkMode: flags.linkMode }),
    ...(flags.limits && { limits: flags.limits }),
    durations: {
      ...(flags.exportDuration !== undefined && { exportMs: flags.exportDuration }),
      ...(flags.countDuration !== undefined && { countMs: flags.countDuration }),
    },
  });
  const folder = flags.keyFile === undefined ? await mkdtemp(join(tmpdir(), 'vault-jobs-fake-')) : undefined;
  const keyFile = folder === undefined ? resolve(flags.keyFile ?? '') : join(folder, 'key.json');
  try {
    const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    await writeKeyFile(keyFile, vault.serviceAccountKey);
    const { matterId } = vault.seedMatter({ name: 'First matter' });
    const { rootUrl, tokenUrl, subject } = vault;
    printJson({ rootUrl, tokenUrl, keyFile, subject, matterId });
    await stopped;
  } finally {
    await vault.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
  return EXIT.OK;
}
