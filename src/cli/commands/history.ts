import { Command } from 'commander';
import { BadInputError } from '../../client';
import type { SettingFlags } from '../../config/setting-sources';
import { configOption, ledgerOption, settingsFrom } from '../connection-options';
import { EXIT } from '../exit-code';
import type { ExitCode } from '../exit-code';
import { createOutput, jsonOption } from '../output';
import type { OutputFlags } from '../output';
import { run } from '../run-command';
import { openLedgerOrExplain } from '../session';
import { timeline } from '../view/timeline';

const EXAMPLES = `
Examples:
  $ vault-jobs history export-merger-mail-1a2b3c4d
  $ vault-jobs history export-merger-mail-1a2b3c4d --json > evidence.json

Read from the ledger alone: it answers without Temporal, and when Temporal has long forgotten the job.`;

const NO_EVIDENCE =
  'This ledger holds nothing about such a job: check the id and --ledger; a worker writes its own ledger, and only once ' +
  'the job has begun';

type Flags = SettingFlags & OutputFlags;

export function historyCommand(): Command {
  const command = new Command('history')
    .description("Show a job's evidence: everything asked, sent, answered and read")
    .argument('<job>', 'job id');
  jsonOption(command);
  configOption(command.optionsGroup('Connection:')).option(
    '--namespace <name>',
    'Temporal namespace of the job (TEMPORAL_NAMESPACE; default default)',
  );
  return ledgerOption(command).addHelpText('after', EXAMPLES).action(run(history));
}

async function history(jobId: string, flags: Flags): Promise<ExitCode> {
  const output = createOutput(flags);
  const ledger = await openLedgerOrExplain(settingsFrom(flags));
  try {
    const events = await ledger.events(jobId);
    if (events.length === 0) throw new BadInputError(NO_EVIDENCE);
    output.answer(events, timeline);
    return EXIT.OK;
  } finally {
    await ledger.close();
  }
}
