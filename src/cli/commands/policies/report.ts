import { Command } from 'commander';
import { policyRuns } from '../../../policies/policy-runs';
import { settingsFrom } from '../../connection-options';
import { EXIT } from '../../exit-code';
import type { ExitCode } from '../../exit-code';
import { wholeNumber } from '../../flag-values';
import { createOutput } from '../../output';
import { run } from '../../run-command';
import { withTemporal } from '../../session';
import { runsText } from '../../view/policy-report';
import { policyOptions } from './flags';
import type { PolicyFlags } from './flags';

const EXAMPLES = `
Examples:
  $ vault-jobs policies report nightly-exports
  $ vault-jobs policies report nightly-exports --runs 50 --json

The last runs, the newest first, for as long as the namespace keeps them; what became of each job is in its own record
and in the ledger for good.`;

const DEFAULT_RUNS = 5;
const MAX_RUNS = 100;

export function reportCommand(): Command {
  const command = new Command('report')
    .description('Show what the last runs of a policy did')
    .argument('<name>', 'name of the policy')
    .option(
      '--runs <number>',
      `at most so many (default ${DEFAULT_RUNS})`,
      wholeNumber('--runs', 1, MAX_RUNS),
    );
  return policyOptions(command).addHelpText('after', EXAMPLES).action(run(report));
}

async function report(name: string, flags: PolicyFlags & { runs?: number }): Promise<ExitCode> {
  const output = createOutput(flags);
  const settings = settingsFrom(flags);
  return withTemporal(settings, async (temporal) => {
    const runs = await policyRuns(temporal, settings.taskQueue, name, flags.runs ?? DEFAULT_RUNS);
    output.answer(runs, runsText);
    return EXIT.OK;
  });
}
