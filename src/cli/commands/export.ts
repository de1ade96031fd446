import { Command } from 'commander';
import type { SettingFlags } from '../../config/setting-sources';
import { ledgerOption, taskQueueOption, temporalOptions } from '../connection-options';
import type { ExitCode } from '../exit-code';
import { oneOf } from '../flag-values';
import {
  againOption,
  jobOptions,
  priorityOption,
  startOptions,
  waitOption,
  whenNotCancellableOption,
} from '../job-options';
import type { JobFlags } from '../job-options';
import { jsonOption } from '../output';
import type { OutputFlags } from '../output';
import { adoptRequest, exportRequest } from '../request/export-request';
import type { ExportFlags, OwnerFlags } from '../request/export-request';
import { queryOptions } from '../request/query-flags';
import { readExportFile } from '../request/request-file';
import { run } from '../run-command';
import { startAndAnswer } from '../start-and-answer';

const FORMATS = ['MBOX', 'PST', 'ICS', 'XML', 'JSON'] as const;
const REGIONS = ['ANY', 'US', 'EUROPE'] as const;

const START_EXAMPLES = `
Examples:
  $ vault-jobs export start --file examples/export-mail.json --matter 148d7a6a-9d94-4b39-b96f-c04d39c6a462
  $ vault-jobs export start --matter 148d7a6a-9d94-4b39-b96f-c04d39c6a462 --name 'Merger mail' \\
      --corpus mail --accounts ann@example.com,bob@example.com --terms 'subject:merger' \\
      --start 2026-01-01 --end 2026-02-01 --format pst --deadline 6h --wait
  $ vault-jobs export start --file export.json --json | jq -r .jobId

A file is the body of matters.exports.create as Google documents it: matterId, name, query, exportOptions.
Flags override the file. The same request started twice is one job; --again makes another.`;

const ADOPT_EXAMPLES = `
Examples:
  $ vault-jobs export adopt 148d7a6a-9d94-4b39-b96f-c04d39c6a462 exportly-96a352af-333a-4230-9822-49a679ceaca3
  $ vault-jobs export adopt MATTER EXPORT --operation operations/abc123 --wait`;

type CommonFlags = SettingFlags & OutputFlags & JobFlags;
type StartFlags = CommonFlags & ExportFlags & { file?: string };
type AdoptFlags = CommonFlags & OwnerFlags;

export function exportCommand(): Command {
  return new Command('export')
    .description('Start an export in Vault, or adopt one that exists')
    .addCommand(startCommand())
    .addCommand(adoptCommand());
}

function startCommand(): Command {
  const command = new Command('start')
    .description('Make an export in Vault, exactly once, and watch it to its end')
    .option('--file <path>', 'request as JSON; - reads standard input')
    .option('--matter <id>', 'matter that the export belongs to')
    .option('--name <text>', 'name of the export')
    .option(
      '--format <format>',
      `file format: ${FORMATS.join(', ')} (not for Drive)`,
      oneOf('--format', FORMATS),
    )
    .option(
      '--region <region>',
      `where Vault keeps the files: ${REGIONS.join(', ')}`,
      oneOf('--region', REGIONS),
    )
    .option('--operation <name>', 'operation behind the export, which a cancel would go to (operations/…)');
  waitOption(jsonOption(command));
  priorityOption(whenNotCancellableOption(againOption(jobOptions(queryOptions(command)))));
  return ledgerOption(taskQueueOption(temporalOptions(command)))
    .addHelpText('after', START_EXAMPLES)
    .action(run(startExport));
}

function adoptCommand(): Command {
  const command = new Command('adopt')
    .description('Watch, and if asked cancel, an export that was made elsewhere')
    .argument('<matter>', 'matter id')
    .argument('<export>', 'export id')
    .option('--operation <name>', 'operation behind the export, which a cancel would go to (operations/…)');
  waitOption(jsonOption(command));
  whenNotCancellableOption(againOption(jobOptions(command)));
  return ledgerOption(taskQueueOption(temporalOptions(command)))
    .addHelpText('after', ADOPT_EXAMPLES)
    .action(run(adoptExport));
}

async function startExport(flags: StartFlags): Promise<ExitCode> {
  const request = exportRequest(readExportFile(flags.file), flags);
  return startAndAnswer(flags, (client, tenant) =>
    client.startExport({ ...request, tenant }, startOptions(flags)),
  );
}

async function adoptExport(matterId: string, exportId: string, flags: AdoptFlags): Promise<ExitCode> {
  const request = adoptRequest(matterId, exportId, flags);
  return startAndAnswer(flags, (client, tenant) =>
    client.startExport({ ...request, tenant }, startOptions(flags)),
  );
}
