import { Command } from 'commander';
import { abandonCommand } from './commands/abandon';
import { cancelCommand } from './commands/cancel';
import { codecServerCommand } from './commands/codec-server';
import { countCommand } from './commands/count';
import { demoCommand } from './commands/demo';
import { devCommand } from './commands/dev';
import { doctorCommand } from './commands/doctor';
import { exportCommand } from './commands/export';
import { fakeVaultCommand } from './commands/fake-vault';
import { historyCommand } from './commands/history';
import { keysCommand } from './commands/keys';
import { ledgerCommand } from './commands/ledger';
import { linkCommand } from './commands/link';
import { listCommand } from './commands/list';
import { operationCommand } from './commands/operation';
import { policiesCommand } from './commands/policies';
import { orphansCommand } from './commands/orphans';
import { statusCommand } from './commands/status';
import { workerCommand } from './commands/worker';
import { visible } from '../domain/foreign-text';
import { print } from './output';
import { version } from './version';

const GUIDE = `
First steps:
  $ vault-jobs demo                     see every way a cancel can end, on this machine
  $ vault-jobs dev                      Temporal, a fake Vault and a worker here, until Ctrl-C
  $ vault-jobs export start --help      start a job of your own

Exit codes: 0 as asked, 2 bad usage or input, 3 the job ended otherwise than asked, 4 cannot reach Temporal, 1 anything
else. VAULT_JOBS_DEBUG=1 shows where an unexpected error comes from.`;

/** The whole command line. */
export function createProgram(): Command {
  const program = new Command('vault-jobs')
    .description('Durable Google Vault exports, counts and operations, with a cancel whose outcome is proven')
    .version(version())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => print(process.stdout, text.trimEnd()),
      writeErr: (text) => print(process.stderr, text.trimEnd()),
      outputError: (text, write) => write(quotedInLines(text.trimEnd())),
    })
    .addHelpText('after', GUIDE)
    .commandsGroup('Try it:')
    .addCommand(demoCommand())
    .addCommand(devCommand())
    .addCommand(fakeVaultCommand())
    .commandsGroup('Start a job:')
    .addCommand(exportCommand())
    .addCommand(countCommand())
    .addCommand(operationCommand())
    .commandsGroup('Follow it:')
    .addCommand(statusCommand())
    .addCommand(cancelCommand())
    .addCommand(linkCommand())
    .addCommand(listCommand())
    .addCommand(historyCommand())
    .addCommand(abandonCommand())
    .commandsGroup('Operate:')
    .addCommand(workerCommand())
    .addCommand(doctorCommand())
    .addCommand(policiesCommand())
    .addCommand(orphansCommand())
    .addCommand(codecServerCommand())
    .addCommand(keysCommand())
    .addCommand(ledgerCommand())
    .addHelpCommand(
      new Command('help').argument('[command]').description('Explain a command').helpGroup('Operate:'),
    );
  inheritSettings(program);
  return program;
}

/** An error quotes what was typed; the one line that may follow is a proposal. */
function quotedInLines(text: string): string {
  return text
    .split(/\n(?=\(Did you mean )/)
    .map((line) => visible(line))
    .join('\n');
}

/** `addCommand`, unlike `command`, does not pass on how errors and help are handled. */
function inheritSettings(parent: Command): void {
  for (const command of parent.commands) {
    // The help command comes along, and its group with it, which is one of the program's own.
    command.copyInheritedSettings(parent).helpCommand('help [command]', 'Explain a command');
    inheritSettings(command);
  }
}
