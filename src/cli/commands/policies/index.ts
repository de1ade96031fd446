import { Command } from 'commander';
import { applyCommand } from './apply';
import { deleteCommand, pauseCommand, resumeCommand } from './control';
import { listCommand } from './list';
import { previewCommand } from './preview';
import { reportCommand } from './report';
import { runCommand } from './run';

const GUIDE = `
Where to begin:
  $ vault-jobs policies preview examples/policies.yaml    what would be asked to cancel now, and why
  $ vault-jobs policies apply examples/policies.yaml      put it in place

Each policy becomes a schedule in Temporal; its runs need a worker.`;

export function policiesCommand(): Command {
  return new Command('policies')
    .description('Cancel what is stale, on a schedule')
    .addHelpText('after', GUIDE)
    .addCommand(previewCommand())
    .addCommand(applyCommand())
    .addCommand(listCommand())
    .addCommand(runCommand())
    .addCommand(reportCommand())
    .addCommand(pauseCommand())
    .addCommand(resumeCommand())
    .addCommand(deleteCommand());
}
