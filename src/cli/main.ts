#!/usr/bin/env node
import { inspect } from 'node:util';
import { print } from './output';
import { createProgram } from './program';
import { reportError } from './report-error';

/** A reader that has seen enough, such as `head`, is no error. */
function endQuietlyWithoutReader(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit();
  throw error;
}

async function main(): Promise<void> {
  process.stdout.on('error', endQuietlyWithoutReader);
  try {
    await createProgram().parseAsync();
  } catch (error) {
    const { exitCode, sentence } = reportError(error);
    if (sentence !== undefined) print(process.stderr, `vault-jobs: ${sentence}`);
    if (process.env.VAULT_JOBS_DEBUG === '1') print(process.stderr, inspect(error));
    process.exitCode = exitCode;
  }
}

void main();
