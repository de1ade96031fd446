import { userInfo } from 'node:os';
import { Command } from 'commander';
import type { CancelReceipt } from '../../client';
import type { SettingFlags } from '../../config/setting-sources';
import { calledAs } from '../called-as';
import { ledgerOption, settingsFrom, temporalOptions } from '../connection-options';
import { EXIT, exitAfterCancel } from '../exit-code';
import type { ExitCode } from '../exit-code';
import { waitOption } from '../job-options';
import { createOutput, jsonOption } from '../output';
import type { Output, OutputFlags } from '../output';
import { run } from '../run-command';
import { withSession } from '../session';
import { answerRecord } from '../start-and-answer';
import { paintOutcome } from '../view/palette';
import { followJob } from '../wait/follow-job';

const EXAMPLES = `
Examples:
  $ vault-jobs cancel export-merger-mail-1a2b3c4d --reason 'wrong accounts' --wait
  $ vault-jobs cancel export-merger-mail-1a2b3c4d --by ann --json

The request is durable when this returns, with or without a worker. With --wait it ends when Vault has proven what became
of it: exit 0 for CANCELLED and DELETED, 3 for every other end, above all COMPLETED_DESPITE_CANCEL.`;

type Flags = SettingFlags & OutputFlags & { reason?: string; by?: string; wait?: boolean };

export function cancelCommand(): Command {
  const command = new Command('cancel')
    .description('Ask for a cancel, and with --wait learn what Vault made of it')
    .argument('<job>', 'job id')
    .option('--reason <text>', 'why; kept with the evidence')
    .option('--by <name>', 'who asks (default: your user name)');
  return ledgerOption(temporalOptions(waitOption(jsonOption(command))))
    .addHelpText('after', EXAMPLES)
    .action(run(cancel));
}

async function cancel(jobId: string, flags: Flags): Promise<ExitCode> {
  const output = createOutput(flags);
  const requestedBy = flags.by ?? userName();
  return withSession(settingsFrom(flags), { ledger: 'helpful' }, output.note, async (client) => {
    const receipt = await client.requestCancel(jobId, {
      ...(flags.reason !== undefined && { reason: flags.reason }),
      ...(requestedBy !== undefined && { requestedBy }),
    });
    if (!flags.wait) return answerReceipt(receipt, output);
    output.note(
      receipt.answer === 'RECORDED'
        ? 'The request is recorded; waiting for proof of what becomes of it'
        : 'The job had ended before this request',
    );
    const record = receipt.answer === 'ALREADY_ENDED' ? receipt.record : await followJob(client, jobId);
    answerRecord(record, output);
    return exitAfterCancel(record.outcome);
  });
}

function answerReceipt(receipt: CancelReceipt, output: Output): ExitCode {
  const ended = receipt.answer === 'ALREADY_ENDED' ? receipt.record : undefined;
  output.answer(receipt, (palette) =>
    ended
      ? `${palette.bold(receipt.jobId)} had ended before this request` +
        (ended.outcome ? `: ${paintOutcome(ended.outcome, palette)}` : '')
      : [
          `Recorded for ${palette.bold(receipt.jobId)}; whether it is cancelled only Vault can prove`,
          palette.dim(`  see it  ${calledAs()} status ${receipt.jobId}`),
        ].join('\n'),
  );
  return ended ? exitAfterCancel(ended.outcome) : EXIT.OK;
}

export function userName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    // A container's user id may have no name; the record then says unknown.
    return undefined;
  }
}
