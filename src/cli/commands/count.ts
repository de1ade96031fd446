import { Command } from 'commander';
import type { SettingFlags } from '../../config/setting-sources';
import { ledgerOption, taskQueueOption, temporalOptions } from '../connection-options';
import type { ExitCode } from '../exit-code';
import { oneOf } from '../flag-values';
import { againOption, jobOptions, startOptions, waitOption } from '../job-options';
import type { JobFlags } from '../job-options';
import { jsonOption } from '../output';
import type { OutputFlags } from '../output';
import { countRequest } from '../request/count-request';
import type { CountFlags } from '../request/count-request';
import { queryOptions } from '../request/query-flags';
import { readCountFile } from '../request/request-file';
import { run } from '../run-command';
import { startAndAnswer } from '../start-and-answer';

const VIEWS = ['TOTAL_COUNT', 'ALL'] as const;

const EXAMPLES = `
Examples:
  $ vault-jobs count start --file examples/count-mail.json --matter 148d7a6a-9d94-4b39-b96f-c04d39c6a462 --wait
  $ vault-jobs count start --matter 148d7a6a-9d94-4b39-b96f-c04d39c6a462 --corpus mail --entire-org \\
      --terms 'subject:merger' --view total_count --again --wait --json

A file is the body of matters.count as Google documents it: query, view; matterId may stand beside them.
Vault counts mail and groups only. A count that was started twice is one job; --again counts anew.`;

type Flags = SettingFlags & OutputFlags & JobFlags & CountFlags & { file?: string };

export function countCommand(): Command {
  const command = new Command('start')
    .description('Count what a query finds, before anything is exported')
    .option('--file <path>', 'request as JSON; - reads standard input')
    .option('--matter <id>', 'matter that the count belongs to')
    .option('--view <view>', 'TOTAL_COUNT, or ALL (default) for each account too', oneOf('--view', VIEWS));
  waitOption(jsonOption(command));
  againOption(jobOptions(queryOptions(command)));
  ledgerOption(taskQueueOption(temporalOptions(command)))
    .addHelpText('after', EXAMPLES)
    .action(run(startCount));
  return new Command('count').description('Count what a query finds').addCommand(command);
}

async function startCount(flags: Flags): Promise<ExitCode> {
  const request = countRequest(readCountFile(flags.file), flags);
  return startAndAnswer(flags, (client, tenant) =>
    client.startCount({ ...request, tenant }, startOptions(flags)),
  );
}
