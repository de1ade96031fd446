import { Command } from 'commander';
import { listPolicies } from '../../../policies/policy-control';
import { settingsFrom } from '../../connection-options';
import { EXIT } from '../../exit-code';
import type { ExitCode } from '../../exit-code';
import { createOutput } from '../../output';
import { run } from '../../run-command';
import { withTemporal } from '../../session';
import { policyTable } from '../../view/policy-list';
import { policyOptions } from './flags';
import type { PolicyFlags } from './flags';

export function listCommand(): Command {
  const command = new Command('list').description('List the policies in place');
  return policyOptions(command).action(run(list));
}

async function list(flags: PolicyFlags): Promise<ExitCode> {
  const output = createOutput(flags);
  const settings = settingsFrom(flags);
  return withTemporal(settings, async (temporal) => {
    const policies = await listPolicies(temporal, settings.taskQueue);
    output.answer(policies, (shown, palette) => policyTable(shown, palette, Date.now()));
    return EXIT.OK;
  });
}
