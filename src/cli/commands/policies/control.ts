import { Command } from 'commander';
import type { Client } from '@temporalio/client';
import { deletePolicy, pausePolicy, resumePolicy } from '../../../policies/policy-control';
import { settingsFrom } from '../../connection-options';
import { EXIT } from '../../exit-code';
import type { ExitCode } from '../../exit-code';
import { createOutput } from '../../output';
import { requireFields } from '../../request/explain-request';
import { run } from '../../run-command';
import { withTemporal } from '../../session';
import { userName } from '../../user-name';
import { policyOptions } from './flags';
import type { PolicyFlags } from './flags';

type Flags = PolicyFlags & { reason?: string };

const PAUSE_HELP = `
Example:
  $ vault-jobs policies pause nightly-exports --reason 'audit of matter 12'

From then on no run starts, and one under way asks no more jobs; what it has asked already stands.`;

export function pauseCommand(): Command {
  const command = named('pause', 'Stop a policy until it is resumed').option(
    '--reason <text>',
    'why (required); shown in lists and in Temporal',
  );
  return policyOptions(command)
    .addHelpText('after', PAUSE_HELP)
    .action(
      run((name: string, flags: Flags) => {
        requireFields([['--reason', flags.reason]]);
        return change(flags, { name, change: 'paused' }, (temporal, taskQueue) =>
          pausePolicy(temporal, taskQueue, name, signed(flags.reason)),
        );
      }),
    );
}

export function resumeCommand(): Command {
  const command = named('resume', 'Let a paused policy run again').option('--reason <text>', 'why');
  return policyOptions(command).action(
    run((name: string, flags: Flags) =>
      change(flags, { name, change: 'resumed' }, (temporal, taskQueue) =>
        resumePolicy(temporal, taskQueue, name, signed(flags.reason)),
      ),
    ),
  );
}

const DELETE_HELP = `
Cancels nothing and takes nothing back. The next "policies apply" of a file that names it makes it again.`;

export function deleteCommand(): Command {
  const command = named('delete', 'Delete a policy');
  return policyOptions(command)
    .addHelpText('after', DELETE_HELP)
    .action(
      run((name: string, flags: Flags) =>
        change(flags, { name, change: 'deleted' }, (temporal, taskQueue) =>
          deletePolicy(temporal, taskQueue, name),
        ),
      ),
    );
}

function named(command: string, description: string): Command {
  return new Command(command).description(description).argument('<name>', 'name of the policy');
}

async function change(
  flags: Flags,
  done: { name: string; change: string },
  act: (temporal: Client, taskQueue: string) => Promise<void>,
): Promise<ExitCode> {
  const output = createOutput(flags);
  const settings = settingsFrom(flags);
  return withTemporal(settings, async (temporal) => {
    await act(temporal, settings.taskQueue);
    output.answer(done, (shown, { bold }) => `Policy ${bold(shown.name)} is ${shown.change}`);
    return EXIT.OK;
  });
}

/** Who did it, for whoever wonders later. */
function signed(reason: string | undefined): string {
  return [userName(), reason].filter(Boolean).join(': ');
}
