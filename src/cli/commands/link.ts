import { Command } from 'commander';
import type { SettingFlags } from '../../config/setting-sources';
import { operationNameDoorSchema } from '../../domain/query';
import { settingsFrom, temporalOptions } from '../connection-options';
import { EXIT } from '../exit-code';
import type { ExitCode } from '../exit-code';
import { createOutput, jsonOption } from '../output';
import type { OutputFlags } from '../output';
import { checkRequest } from '../request/explain-request';
import { run } from '../run-command';
import { withSession } from '../session';

const EXAMPLES = `
Example:
  $ vault-jobs link export-merger-mail-1a2b3c4d operations/abc123

A Vault export does not name its operation, and only an operation can be cancelled. Who learns its name later links it
here; a cancel that is outstanding goes to it at once. Needs a worker.`;

type Flags = SettingFlags & OutputFlags;

export function linkCommand(): Command {
  const command = new Command('link')
    .description('Name the operation behind a running export')
    .argument('<job>', 'job id')
    .argument('<operation>', 'operation name (operations/…)');
  return temporalOptions(jsonOption(command)).addHelpText('after', EXAMPLES).action(run(link));
}

async function link(jobId: string, operation: string, flags: Flags): Promise<ExitCode> {
  const operationName = checkRequest(operationNameDoorSchema, operation, { '': 'the operation' });
  const output = createOutput(flags);
  return withSession(settingsFrom(flags), { ledger: 'none' }, output.note, async (client) => {
    await client.linkOperation(jobId, operationName);
    output.answer(
      { jobId, operationName },
      (linked, { bold }) => `Linked ${linked.operationName} to ${bold(linked.jobId)}`,
    );
    return EXIT.OK;
  });
}
