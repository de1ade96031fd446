import type { Orphan, OrphanReport } from '../../client';
import { calledAs } from '../called-as';
import { fittingTable } from './fitting-table';
import { formatAge, formatCount } from './format';
import type { Palette } from './palette';
import { columnTable } from './table';

/** What a scan found, and what to do about it. */
export function orphanReport(
  report: OrphanReport,
  matter: string | undefined,
  palette: Palette,
  nowMs: number,
): string {
  const { orphans, gone, unreadable, unreadableTotal, mattersScanned, unitsSpent } = report;
  const read = `${formatCount(mattersScanned)} matter(s) read for ${formatCount(unitsSpent)} read units`;
  return [
    orphans.length === 0
      ? palette.good('No export in progress is without a job.')
      : orphanTable(orphans, palette, nowMs),
    ...(orphans.some(isToAdopt) ? ['', palette.dim(`  take them over  ${adoptCommand(matter)}`)] : []),
    ...(gone.length === 0
      ? []
      : ['', palette.bold('Open jobs whose export is gone'), goneTable(gone, palette)]),
    ...(unreadableTotal === 0
      ? []
      : [
          '',
          palette.warn(`${formatCount(unreadableTotal)} matter(s) could not be read, such as:`),
          columnTable(
            ['MATTER', 'WHY'],
            unreadable.slice(0, 5).map(({ matterId, detail }) => [matterId, detail]),
            palette,
          ),
        ]),
    '',
    palette.dim(read),
  ].join('\n');
}

function adoptCommand(matter: string | undefined): string {
  return [calledAs(), 'orphans', ...(matter === undefined ? [] : ['--matter', matter]), '--adopt'].join(' ');
}

function isToAdopt({ adoptedBy, ofAnotherDeployment }: Orphan): boolean {
  return adoptedBy === undefined && !ofAnotherDeployment;
}

function orphanTable(orphans: readonly Orphan[], palette: Palette, nowMs: number): string {
  const rows = orphans.map(({ exportId, name, matterId, createTime, ...rest }) => ({
    EXPORT: exportId,
    NAME: name,
    MATTER: matterId,
    MADE: createTime === undefined ? palette.dim('-') : `${formatAge(createTime, nowMs)} ago`,
    OWNER: ownership(rest, palette),
  }));
  return fittingTable(
    ['EXPORT', 'NAME', 'MATTER', 'MADE', 'OWNER'],
    rows,
    ['MATTER', 'NAME', 'MADE'],
    palette,
  );
}

function ownership(
  { adoptedBy, formerJob, ofAnotherDeployment }: Partial<Orphan>,
  { good, warn, bad }: Palette,
): string {
  if (adoptedBy !== undefined) return good(`now ${adoptedBy}`);
  if (ofAnotherDeployment) return warn('a job of another deployment, perhaps');
  return formerJob === undefined ? bad('none') : bad(`none; was ${formerJob}`);
}

function goneTable(gone: OrphanReport['gone'], palette: Palette): string {
  const rows = gone.map(({ jobId, exportId, matterId }) => [jobId, exportId, matterId]);
  return columnTable(['JOB', 'EXPORT', 'MATTER'], rows, palette);
}
