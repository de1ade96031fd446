import { Command } from 'commander';
import type { ListOptions } from '../../client';
import type { SettingFlags } from '../../config/setting-sources';
import { JOB_KINDS, JOB_STATES, OUTCOMES } from '../../domain/outcome';
import { settingsFrom, temporalOptions } from '../connection-options';
import { EXIT } from '../exit-code';
import type { ExitCode } from '../exit-code';
import { oneOf, wholeNumber } from '../flag-values';
import { createOutput, jsonOption } from '../output';
import type { OutputFlags } from '../output';
import { run } from '../run-command';
import { withSession } from '../session';
import { jobList } from '../view/job-list';

const EXAMPLES = `
Examples:
  $ vault-jobs list --state running
  $ vault-jobs list --outcome completed-despite-cancel --limit 20
  $ vault-jobs list --matter 148d7a6a-9d94-4b39-b96f-c04d39c6a462 --json
  $ vault-jobs list --open --query "StartTime < '2026-11-01T00:00:00Z'"

The newest first, as Temporal's visibility shows them: a moment behind, and for as long as the namespace keeps them.`;

const MAX_JOBS = 10_000;

type Flags = SettingFlags & OutputFlags & Omit<ListOptions, 'matterId'> & { matter?: string };

export function listCommand(): Command {
  const command = new Command('list')
    .description('List jobs')
    .option('--state <state>', JOB_STATES.join(', '), oneOf('--state', JOB_STATES))
    .option('--outcome <outcome>', OUTCOMES.join(', '), oneOf('--outcome', OUTCOMES))
    .option('--kind <kind>', JOB_KINDS.join(', '), oneOf('--kind', JOB_KINDS))
    .option('--matter <id>', 'jobs of this matter')
    .option('--tenant <name>', 'jobs of this tenant')
    .option('--open', 'jobs that have not ended')
    .option('--query <condition>', 'one more condition, as the Temporal UI takes it')
    .option('--limit <number>', 'at most so many (default 100)', wholeNumber('--limit', 1, MAX_JOBS));
  return temporalOptions(jsonOption(command)).addHelpText('after', EXAMPLES).action(run(list));
}

async function list(flags: Flags): Promise<ExitCode> {
  const output = createOutput(flags);
  return withSession(settingsFrom(flags), { ledger: 'none' }, output.note, async (client) => {
    const { kind, state, outcome, matter, tenant, open, query, limit } = flags;
    const jobs = await client.list({
      ...(kind && { kind }),
      ...(state && { state }),
      ...(outcome && { outcome }),
      ...(matter !== undefined && { matterId: matter }),
      ...(tenant !== undefined && { tenant }),
      ...(open && { open }),
      ...(query !== undefined && { query }),
      ...(limit !== undefined && { limit }),
    });
    output.answer(jobs, (shown, palette) => jobList(shown, palette, Date.now()));
    return EXIT.OK;
  });
}
