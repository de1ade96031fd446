import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { BadInputError } from '../../client';
import { visible } from '../../domain/foreign-text';
import { newKeyText } from '../../encryption/key-ring';
import { EXIT } from '../exit-code';
import type { ExitCode } from '../exit-code';
import { print } from '../output';
import { run } from '../run-command';

const EXAMPLES = `
Examples:
  $ vault-jobs keys new key-2026-11
  $ VAULT_JOBS_ENCRYPTION_KEYS=2026-11=key-2026-11 vault-jobs worker

To rotate, give every worker, command and codec server the new key behind the old one, then put it first everywhere. Keep
the old one for as long as Temporal keeps a job that was written with it.`;

export function keysCommand(): Command {
  return new Command('keys')
    .description('Make keys for the encryption of what Temporal stores')
    .addCommand(
      new Command('new')
        .description('Make a key')
        .argument('[file]', 'where to put it, readable by you alone; without it, it is printed')
        .addHelpText('after', EXAMPLES)
        .action(run(newKey)),
    );
}

async function newKey(file: string | undefined): Promise<ExitCode> {
  const text = `${newKeyText()}\n`;
  if (file === undefined) {
    print(process.stdout, text.trimEnd());
    return EXIT.OK;
  }
  try {
    await writeFile(file, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    // A key that is gone takes with it what it encrypted.
    const why =
      code === 'EEXIST' ? 'is there already, and no key is ever overwritten' : `cannot be written (${code})`;
    throw new BadInputError(`The file ${why}`);
  }
  print(
    process.stderr,
    `Made ${visible(file)}. Keep a copy in a safe place: without it, what it encrypts cannot be read by anybody.`,
  );
  return EXIT.OK;
}
