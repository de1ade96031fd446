import { Command } from 'commander';
import type { SettingFlags } from '../../config/setting-sources';
import { configOption, ledgerOption, settingsFrom } from '../connection-options';
import { EXIT } from '../exit-code';
import type { ExitCode } from '../exit-code';
import { createOutput } from '../output';
import type { OutputFlags } from '../output';
import { run } from '../run-command';
import { openLedgerOrExplain } from '../session';

const EXPLANATION = `
Workers do this themselves when they start, if their role may. Where it may not, so that no worker can alter evidence,
run this as the tables' owner before you replace workers by a new release.`;

type Flags = SettingFlags & OutputFlags;

export function ledgerCommand(): Command {
  const migrateCommand = new Command('migrate').description('Make its tables, or bring them up to date');
  configOption(migrateCommand.optionsGroup('Connection:'));
  ledgerOption(migrateCommand).addHelpText('after', EXPLANATION).action(run(migrate));
  return new Command('ledger').description('Look after the ledger').addCommand(migrateCommand);
}

async function migrate(flags: Flags): Promise<ExitCode> {
  const ledger = await openLedgerOrExplain(settingsFrom(flags));
  await ledger.close();
  createOutput(flags).answer({ upToDate: true }, () => 'The tables of the ledger are up to date');
  return EXIT.OK;
}
