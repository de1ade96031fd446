import { Command } from 'commander';
import { BadInputError } from '../../client';
import type { CancelReceipt } from '../../client';
import type { SettingFlags } from '../../config/setting-sources';
import { calledAs, shellQuoted } from '../called-as';
import { cancelMatching, DEFAULT_MAX_ASKED, MAX_ASKED } from '../cancel-matching';
import { ledgerOption, settingsFrom, temporalOptions } from '../connection-options';
import { EXIT, exitAfterCancel } from '../exit-code';
import type { ExitCode } from '../exit-code';
import { wholeNumber } from '../flag-values';
import { waitOption } from '../job-options';
import { createOutput, jsonOption } from '../output';
import type { Output, OutputFlags } from '../output';
import { run } from '../run-command';
import { withSession } from '../session';
import { userName } from '../user-name';
import { answerRecord } from '../start-and-answer';
import { paintOutcome } from '../view/palette';
import type { Palette } from '../view/palette';
import { followJob } from '../wait/follow-job';

const EXAMPLES = `
Examples:
  $ vault-jobs cancel export-merger-mail-1a2b3c4d --reason 'wrong accounts' --wait
  $ vault-jobs cancel export-merger-mail-1a2b3c4d --by ann --json
  $ vault-jobs cancel --query "VaultMatterId = '148d7a6a-9d94-4b39-b96f-c04d39c6a462'" --reason 'matter closed'
  $ vault-jobs cancel --query "VaultJobKind = 'count'" --reason 'wrong terms' --max 20 --yes --json

The request is durable when this returns, with or without a worker. With --wait it ends when Vault has proven what became
of it: exit 0 for CANCELLED and DELETED, 3 for every other end, above all COMPLETED_DESPITE_CANCEL.

--query takes a condition as the Temporal UI does, and finds open jobs only. They are shown, and asked one after the other
once you agree; if more match than --max, none is asked. The same query, reason and name again count as the same request.`;

type Flags = SettingFlags &
  OutputFlags & {
    reason?: string;
    by?: string;
    wait?: boolean;
    query?: string;
    max?: number;
    yes?: boolean;
  };

export function cancelCommand(): Command {
  const command = new Command('cancel')
    .description('Ask for a cancel, and with --wait learn what Vault made of it')
    .argument('[job]', 'job id')
    .option('--reason <text>', 'why; kept with the evidence')
    .option('--by <name>', 'who asks (default: your user name)')
    .option('--query <condition>', 'instead of a job: every open job that matches')
    .option(
      '--max <number>',
      `with --query: where more match, ask none (default ${DEFAULT_MAX_ASKED})`,
      wholeNumber('--max', 1, MAX_ASKED),
    )
    .option('--yes', 'with --query: ask them without a question');
  return ledgerOption(temporalOptions(waitOption(jsonOption(command))))
    .addHelpText('after', EXAMPLES)
    .action(run(cancel));
}

async function cancel(jobId: string | undefined, flags: Flags): Promise<ExitCode> {
  const { query, ...others } = flags;
  const requestedBy = flags.by ?? userName();
  if (query !== undefined) {
    if (jobId !== undefined) throw new BadInputError('Give either a job or --query');
    return cancelMatching(query, { ...others, ...(requestedBy !== undefined && { requestedBy }) });
  }
  if (jobId === undefined) throw new BadInputError('Name a job, or several by --query');
  if (flags.max !== undefined || flags.yes) throw new BadInputError('--max and --yes go with --query only');
  return cancelOne(jobId, flags, requestedBy);
}

async function cancelOne(jobId: string, flags: Flags, requestedBy: string | undefined): Promise<ExitCode> {
  const output = createOutput(flags);
  return withSession(settingsFrom(flags), { ledger: 'helpful' }, output.note, async (client) => {
    const receipt = await client.requestCancel(jobId, {
      ...(flags.reason !== undefined && { reason: flags.reason }),
      ...(requestedBy !== undefined && { requestedBy }),
    });
    if (!flags.wait || receipt.answer === 'ENDED_WITHOUT_RECORD') return answerReceipt(receipt, output);
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
  output.answer(receipt, receiptText);
  switch (receipt.answer) {
    case 'RECORDED':
      return EXIT.OK;
    case 'ALREADY_ENDED':
      return exitAfterCancel(receipt.record.outcome);
    case 'ENDED_WITHOUT_RECORD':
      return EXIT.OTHERWISE;
  }
}

function receiptText(receipt: CancelReceipt, palette: Palette): string {
  const job = palette.bold(receipt.jobId);
  switch (receipt.answer) {
    case 'RECORDED':
      return [
        `Recorded for ${job}; whether it is cancelled only Vault can prove`,
        palette.dim(`  see it  ${calledAs()} status ${shellQuoted(receipt.jobId)}`),
      ].join('\n');
    case 'ALREADY_ENDED': {
      const { outcome } = receipt.record;
      return `${job} had ended before this request${outcome ? `: ${paintOutcome(outcome, palette)}` : ''}`;
    }
    case 'ENDED_WITHOUT_RECORD':
      return `${job} had ended before this request, without a record. ${receipt.detail}`;
  }
}
