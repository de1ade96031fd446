import { Command } from 'commander';
import type { OrphanScan } from '../../client';
import type { SettingFlags } from '../../config/setting-sources';
import { formatDuration } from '../../domain/duration';
import {
  EXPORTS_PAGE_UNITS,
  MATTERS_PAGE_UNITS,
  SCAN_UNITS_PER_MINUTE,
  unitsMs,
} from '../../domain/orphan-scan';
import type { ScanProgress } from '../../domain/orphan-scan';
import { confirm, refuseWhereNobodyCanBeAsked } from '../confirm';
import { ledgerOption, settingsFrom, taskQueueOption, temporalOptions } from '../connection-options';
import { EXIT } from '../exit-code';
import type { ExitCode } from '../exit-code';
import { createOutput, jsonOption } from '../output';
import type { Output, OutputFlags } from '../output';
import { run } from '../run-command';
import { withSession } from '../session';
import { formatCount } from '../view/format';
import { orphanReport } from '../view/orphan-report';
import { followScan, progressWhen } from '../wait/follow-scan';

const EXAMPLES = `
Examples:
  $ vault-jobs orphans --matter 148d7a6a-9d94-4b39-b96f-c04d39c6a462
  $ vault-jobs orphans --matter 148d7a6a-9d94-4b39-b96f-c04d39c6a462 --adopt
  $ vault-jobs orphans --yes --json

Finds exports in progress that no open job owns, and open jobs whose export is gone. The workers look, not this command:
it needs one that runs, and no right to read Vault. Vault has no list for the whole organisation, so without --matter every
matter is read: ${MATTERS_PAGE_UNITS} read units for each 100 matters, ${EXPORTS_PAGE_UNITS} for each matter, at ${SCAN_UNITS_PER_MINUTE} units a minute, a quarter of Vault's quota. You are
told what it costs first. A scan goes on without this command; run it again to follow it.`;

type Flags = SettingFlags &
  OutputFlags & { matter?: string; tenant?: string; adopt?: boolean; yes?: boolean };

export function orphansCommand(): Command {
  const command = new Command('orphans')
    .description('Find exports that no job owns, and with --adopt take them over')
    .option('--matter <id>', 'look in this matter only')
    .option('--tenant <name>', 'look in the Vault of this tenant (default: default)')
    .option('--adopt', 'start a job for each of them')
    .option('--yes', 'read every matter without a question');
  return ledgerOption(taskQueueOption(temporalOptions(jsonOption(command))))
    .addHelpText('after', EXAMPLES)
    .action(run(orphans));
}

async function orphans(flags: Flags): Promise<ExitCode> {
  const output = createOutput(flags);
  const { matter, tenant, adopt, yes } = flags;
  const confirmed = matter !== undefined || yes === true;
  if (!confirmed) refuseWhereNobodyCanBeAsked();
  return withSession(settingsFrom(flags), { ledger: 'none', starts: true }, output.note, async (client) => {
    const scan = await client.scanForOrphans({
      ...(matter !== undefined && { matterId: matter }),
      ...(tenant !== undefined && { tenant }),
      ...(adopt && { adopt }),
      confirmed,
    });
    output.note(scan.existed ? 'A scan runs already; following it' : 'The workers are looking');
    if (!confirmed && !(await agreeToCost(scan, output))) {
      await scan.stop();
      output.note('Nothing more is read.');
      return EXIT.OK;
    }
    if (scan.existed && confirmed) await scan.proceed();
    const report = await followScan(scan, output.note);
    output.answer(report, (shown, palette) => orphanReport(shown, matter, palette, Date.now()));
    return EXIT.OK;
  });
}

/** Listing the matters comes first and costs little; only then is it known what the rest costs. */
async function agreeToCost(scan: OrphanScan, { note }: Output): Promise<boolean> {
  const progress = await progressWhen(scan, note, ({ phase }) => phase !== 'LISTING_MATTERS');
  if (progress === undefined || progress.phase !== 'ESTIMATED') return true;
  note(costOf(progress));
  if (!(await confirm('Read them all?', false))) return false;
  await scan.proceed();
  return true;
}

function costOf({ matters, unitsAhead, unitsPerMinute }: ScanProgress): string {
  const takes = formatDuration(unitsMs(unitsAhead, unitsPerMinute));
  return `${formatCount(matters)} matters: at least ${formatCount(unitsAhead)} read units, ${takes} at ${unitsPerMinute} a minute (a quarter of Vault's quota)`;
}
