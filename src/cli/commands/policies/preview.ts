import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { allVisible } from '../../../domain/foreign-text';
import type { Client } from '@temporalio/client';
import { BadInputError } from '../../../client';
import type { Policy } from '../../../domain/policy';
import type { PolicyReport } from '../../../domain/policy-report';
import { listPolicies, policyStatus } from '../../../policies/policy-control';
import { previewPolicy } from '../../../policies/preview-policy';
import { settingsFrom } from '../../connection-options';
import { EXIT } from '../../exit-code';
import type { ExitCode } from '../../exit-code';
import { createOutput } from '../../output';
import { run } from '../../run-command';
import { withTemporal } from '../../session';
import { previewText } from '../../view/policy-report';
import { policiesIn, policyOptions } from './flags';
import type { PolicyFlags } from './flags';

const EXAMPLES = `
Examples:
  $ vault-jobs policies preview policies.yaml       of a file, before it is applied
  $ vault-jobs policies preview nightly-exports     of a policy in place
  $ vault-jobs policies preview                     of all of them

Lists every matching job with why it is in or out, as a run would judge it now. Asks nobody to cancel.`;

export function previewCommand(): Command {
  const command = new Command('preview')
    .description('Show what a run would do now, and why')
    .argument('[file or name]', 'policies file, or the name of a policy (default: all in place)');
  return policyOptions(command).addHelpText('after', EXAMPLES).action(run(preview));
}

async function preview(subject: string | undefined, flags: PolicyFlags): Promise<ExitCode> {
  const output = createOutput(flags);
  const settings = settingsFrom(flags);
  const { taskQueue } = settings;
  const fromFile = subject !== undefined && isFile(subject) ? policiesIn(subject) : undefined;
  return withTemporal(settings, async (temporal) => {
    const policies = fromFile ?? (await policiesInPlace(temporal, taskQueue, subject));
    const previews: { policy: Policy; report: PolicyReport }[] = [];
    for (const policy of policies) {
      previews.push({ policy, report: await previewPolicy(temporal, policy, taskQueue) });
    }
    output.answer(
      previews.map(({ report }) => report),
      (_shown, palette) => previewText(allVisible(previews), palette, Date.now()),
    );
    return EXIT.OK;
  });
}

/** No policy's name has a dot or a slash. */
function isFile(subject: string): boolean {
  return subject === '-' || /[./\\]/.test(subject) || existsSync(subject);
}

async function policiesInPlace(
  temporal: Client,
  taskQueue: string,
  name: string | undefined,
): Promise<Policy[]> {
  if (name === undefined) {
    return (await listPolicies(temporal, taskQueue)).flatMap(({ policy }) => policy ?? []);
  }
  const { policy } = await policyStatus(temporal, taskQueue, name);
  if (policy === undefined) {
    throw new BadInputError(`The schedule of ${name} was edited into something else: apply the file again`);
  }
  return [policy];
}
