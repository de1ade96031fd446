import { Command } from 'commander';
import { allVisible } from '../../../domain/foreign-text';
import { applyPolicies } from '../../../policies/apply-policies';
import { settingsFrom } from '../../connection-options';
import { EXIT } from '../../exit-code';
import type { ExitCode } from '../../exit-code';
import { createOutput } from '../../output';
import { run } from '../../run-command';
import { withTemporal } from '../../session';
import { appliedTable } from '../../view/policy-list';
import { policiesIn, policyOptions } from './flags';
import type { PolicyFlags } from './flags';

const EXAMPLES = `
Examples:
  $ vault-jobs policies apply policies.yaml --dry-run
  $ vault-jobs policies apply policies.yaml

The file is the whole truth: policies that it does not name are deleted, as far as this command made them. What is
paused stays paused. Applying the same file again changes nothing.`;

export function applyCommand(): Command {
  const command = new Command('apply')
    .description('Make the policies in place be those of a file')
    .argument('<file>', 'policies file (YAML; - for stdin)')
    .option('--dry-run', 'show what would change, and change nothing');
  return policyOptions(command).addHelpText('after', EXAMPLES).action(run(apply));
}

async function apply(file: string, flags: PolicyFlags & { dryRun?: boolean }): Promise<ExitCode> {
  const policies = policiesIn(file);
  const output = createOutput(flags);
  const settings = settingsFrom(flags);
  const { taskQueue } = settings;
  const dryRun = flags.dryRun ?? false;
  return withTemporal(settings, async (temporal) => {
    const applied = await applyPolicies(temporal, policies, { taskQueue, dryRun });
    output.answer(applied, (shown, palette) => appliedTable(shown, allVisible(policies), palette));
    if (dryRun) output.note('Nothing was changed.');
    return EXIT.OK;
  });
}
