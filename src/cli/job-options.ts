import type { Command } from 'commander';
import type { StartOptions } from '../client';
import { PRIORITIES } from '../domain/admission-entry';
import { durationMs, oneOf, wholeNumber } from './flag-values';

export interface JobFlags {
  id?: string;
  tenant?: string;
  again?: boolean;
  takeUp?: boolean;
  wait?: boolean;
  deadline?: number;
}

/** What every command that makes a job takes. */
export function jobOptions(command: Command): Command {
  return command
    .optionsGroup('The job:')
    .option('--id <job>', 'job id; the same id with the same request is the same job')
    .option('--tenant <name>', 'whose job it is, as the workers are configured (default: default)')
    .option(
      '--deadline <duration>',
      'cancel by itself when older than this: 90s, 6h, 2d',
      durationMs('--deadline'),
    );
}

export function againOption(command: Command): Command {
  return command
    .option('--again', 'make a new job even where this very request has one')
    .option('--take-up', 'go on with a job whose workflow was terminated; nothing is made twice');
}

export function waitOption(command: Command): Command {
  return command.option('--wait', 'show progress until the job ends; Ctrl-C leaves it running');
}

export function whenNotCancellableOption(command: Command): Command {
  return command.option(
    '--when-not-cancellable <policy>',
    'what a cancel does where Vault offers none: keep-watching (default) or delete-export',
    oneOf('--when-not-cancellable', ['keep-watching', 'delete-export']),
  );
}

export function priorityOption(command: Command): Command {
  const { first, last } = PRIORITIES;
  return command.option(
    '--priority <number>',
    `place in the queue for Vault's exports: ${first} goes first, ${last} last (default ${PRIORITIES.usual})`,
    wholeNumber('--priority', first, last),
  );
}

/** The same as the client takes it. */
export function startOptions({ id, again, takeUp }: JobFlags): StartOptions {
  return { ...(id !== undefined && { jobId: id }), ...(again && { again }), ...(takeUp && { takeUp }) };
}
