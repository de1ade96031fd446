import { Command } from 'commander';
import type { SettingFlags } from '../../config/setting-sources';
import { operationJobDoorSchema } from '../../domain/job-request';
import { ledgerOption, taskQueueOption, temporalOptions } from '../connection-options';
import type { ExitCode } from '../exit-code';
import { againOption, jobOptions, startOptions, waitOption } from '../job-options';
import type { JobFlags } from '../job-options';
import { jsonOption } from '../output';
import type { OutputFlags } from '../output';
import { checkRequest } from '../request/explain-request';
import { limitsOf } from '../request/export-request';
import { run } from '../run-command';
import { startAndAnswer } from '../start-and-answer';

const EXAMPLES = `
Examples:
  $ vault-jobs operation watch operations/abc123 --wait
  $ vault-jobs operation watch operations/abc123 --id count-of-monday --deadline 30m`;

type Flags = SettingFlags & OutputFlags & JobFlags;

export function operationCommand(): Command {
  const command = new Command('watch')
    .description('Watch an operation to its end, so that it can be cancelled with proof')
    .argument('<name>', 'operation name as Vault gave it (operations/…)');
  waitOption(jsonOption(command));
  againOption(jobOptions(command));
  ledgerOption(taskQueueOption(temporalOptions(command)))
    .addHelpText('after', EXAMPLES)
    .action(run(watchOperation));
  return new Command('operation')
    .description('Adopt a long-running operation by its name')
    .addCommand(command);
}

async function watchOperation(operationName: string, flags: Flags): Promise<ExitCode> {
  const request = checkRequest(
    operationJobDoorSchema,
    { operationName, ...limitsOf(flags) },
    { operationName: 'the operation' },
  );
  return startAndAnswer(flags, (client, tenant) =>
    client.watchOperation({ ...request, tenant }, startOptions(flags)),
  );
}
