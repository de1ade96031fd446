import { Command } from 'commander';
import { allVisible } from '../../domain/foreign-text';
import type { JobStatus } from '../../client';
import type { SettingFlags } from '../../config/setting-sources';
import { calledAs, shellQuoted } from '../called-as';
import { ledgerOption, settingsFrom, temporalOptions } from '../connection-options';
import { EXIT } from '../exit-code';
import type { ExitCode } from '../exit-code';
import { createOutput, jsonOption } from '../output';
import type { OutputFlags } from '../output';
import { run } from '../run-command';
import { withSession } from '../session';
import type { Palette } from '../view/palette';
import { recordRows, stepRows } from '../view/record-rows';
import { keyValueTable } from '../view/table';

const EXAMPLES = `
Examples:
  $ vault-jobs status export-merger-mail-1a2b3c4d
  $ vault-jobs status export-merger-mail-1a2b3c4d --json | jq -r .outcome

Answers without a worker too, from what Temporal and the ledger know. --json prints the job's record, with "source"
(who answered), "pending" (steps under way) and "unpolledQueue" (its task queue, where no worker polls it) beside its
fields.`;

type Flags = SettingFlags & OutputFlags;

export function statusCommand(): Command {
  const command = new Command('status')
    .description('Show where a job stands, what it waits for and what to do')
    .argument('<job>', 'job id');
  return ledgerOption(temporalOptions(jsonOption(command)))
    .addHelpText('after', EXAMPLES)
    .action(run(status));
}

async function status(jobId: string, flags: Flags): Promise<ExitCode> {
  const output = createOutput(flags);
  return withSession(settingsFrom(flags), { ledger: 'helpful' }, output.note, async (client) => {
    const found = await client.status(jobId);
    const { record, ...others } = found;
    output.answer({ ...record, ...others }, (_shown, palette) =>
      statusText(allVisible(found), palette, Date.now()),
    );
    return EXIT.OK;
  });
}

export function statusText(found: JobStatus, palette: Palette, nowMs: number): string {
  const { record, pending } = found;
  const table = keyValueTable([...recordRows(record, palette, nowMs), ...stepRows(pending, nowMs)], palette);
  const remark = record.state === 'ENDED' ? undefined : remarkOn(found);
  return remark === undefined ? table : `${table}\n\n${palette.warn(remark)}`;
}

function remarkOn({ source, unpolledQueue }: JobStatus): string | undefined {
  switch (source) {
    case 'worker':
      return undefined;
    case 'temporal':
      return unpolledQueue === undefined
        ? 'No worker answered: this is what Temporal and the ledger know. The job goes on when one does.'
        : `No worker polls the task queue ${unpolledQueue}: this is what Temporal and the ledger know. The job waits ` +
            `until one does: ${calledAs()} worker --task-queue ${shellQuoted(unpolledQueue)}`;
    case 'ledger':
      return 'Temporal does not know this job any more: this is what the ledger last heard of it.';
  }
}
