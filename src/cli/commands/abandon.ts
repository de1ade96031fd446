import { Command } from 'commander';
import type { SettingFlags } from '../../config/setting-sources';
import { ledgerOption, settingsFrom, temporalOptions } from '../connection-options';
import { EXIT } from '../exit-code';
import type { ExitCode } from '../exit-code';
import { createOutput, jsonOption } from '../output';
import type { OutputFlags } from '../output';
import { run } from '../run-command';
import { withSession } from '../session';
import { userName } from '../user-name';

const EXAMPLES = `
Example:
  $ vault-jobs abandon export-merger-mail-1a2b3c4d --reason "matter handed over to outside counsel"

What runs in Vault goes on, unwatched, and nothing takes the job up again. To stop the export, cancel the job instead.`;

type Flags = SettingFlags & OutputFlags & { reason?: string; by?: string };

export function abandonCommand(): Command {
  const command = new Command('abandon')
    .description('End the watching of a job for good, without a result')
    .argument('<job>', 'job id')
    .option('--reason <text>', 'why, needed; the last word on the job in the ledger')
    .option('--by <who>', 'who decides it (default: your user name)');
  return ledgerOption(temporalOptions(jsonOption(command)))
    .addHelpText('after', EXAMPLES)
    .action(run(abandon));
}

async function abandon(jobId: string, flags: Flags): Promise<ExitCode> {
  const { reason = '' } = flags;
  const requestedBy = flags.by ?? userName();
  const output = createOutput(flags);
  return withSession(settingsFrom(flags), { ledger: 'needed' }, output.note, async (client) => {
    await client.abandon(jobId, { reason, ...(requestedBy !== undefined && { requestedBy }) });
    output.answer(
      { jobId, abandoned: true },
      (shown, { bold }) => `Abandoned ${bold(shown.jobId)}: nobody watches it any more`,
    );
    return EXIT.OK;
  });
}
