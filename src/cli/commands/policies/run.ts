import { Command } from 'commander';
import type { PolicyReport } from '../../../domain/policy-report';
import { runPolicyNow } from '../../../policies/policy-runs';
import { JobFailedError } from '../../../client';
import { settingsFrom } from '../../connection-options';
import { EXIT, exitAfterCancel } from '../../exit-code';
import type { ExitCode } from '../../exit-code';
import { createOutput } from '../../output';
import { run } from '../../run-command';
import { withTemporal } from '../../session';
import { reportText } from '../../view/policy-report';
import { followRun } from '../../wait/follow-run';
import { policyOptions } from './flags';
import type { PolicyFlags } from './flags';

const EXAMPLES = `
Example:
  $ vault-jobs policies run nightly-exports

Exit 0 where every job that was asked ended cancelled, or none was stale; 3 where one ended otherwise, is still pending,
or more were stale than the policy may cancel.`;

export function runCommand(): Command {
  const command = new Command('run')
    .description('Run a policy now and show its report')
    .argument('<name>', 'name of the policy');
  return policyOptions(command).addHelpText('after', EXAMPLES).action(run(runNow));
}

async function runNow(name: string, flags: PolicyFlags): Promise<ExitCode> {
  const output = createOutput(flags);
  const settings = settingsFrom(flags);
  return withTemporal(settings, async (temporal) => {
    const { run: handle, existed } = await runPolicyNow(temporal, settings.taskQueue, name);
    output.note(
      existed
        ? `A run of ${name} is under way already; waiting for it`
        : `Running ${name}; Ctrl-C leaves it running`,
    );
    const { report, because } = await followRun(handle, name);
    if (report === undefined) throw new JobFailedError(`The run did not report: ${because}`);
    output.answer(report, (shown, palette) => reportText(shown, palette, Date.parse(shown.endedAt)));
    return exitAfterRun(report);
  });
}

function exitAfterRun({ lines, overCap }: PolicyReport): ExitCode {
  const otherwise = lines.some(({ sentence }) => {
    switch (sentence?.type) {
      case 'ENDED':
        return exitAfterCancel(sentence.outcome) !== EXIT.OK;
      case 'PENDING':
      case 'NOT_CANCELLABLE':
      case 'CALLED_OFF':
      case 'FAILED':
        return true;
      case 'SKIPPED':
      case 'FINISHED_MEANWHILE':
      case 'OVER_CAP':
      case 'WOULD_CANCEL':
      case undefined:
        return false;
    }
  });
  return otherwise || overCap ? EXIT.OTHERWISE : EXIT.OK;
}
