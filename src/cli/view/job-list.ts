import type { JobSummary } from '../../client';
import { fittingTable } from './fitting-table';
import { formatAge } from './format';
import { paintOutcome, paintState } from './palette';
import type { Palette } from './palette';

/** Of a narrow terminal a matter's id alone would fill half a line. */
export function jobList(
  jobs: readonly JobSummary[],
  palette: Palette,
  nowMs: number,
  width?: number,
): string {
  if (jobs.length === 0) return 'No jobs.';
  const none = palette.dim('-');
  const rows = jobs.map((job): Record<Column, string> => ({
    JOB: job.jobId,
    KIND: job.kind,
    STATE: paintState(job.state, palette) + (job.queue ? palette.dim(` #${job.queue.position}`) : ''),
    OUTCOME: job.outcome ? paintOutcome(job.outcome, palette) : none,
    STARTED: `${formatAge(job.startedAt, nowMs)} ago`,
    TOOK: job.endedAt ? formatAge(job.startedAt, Date.parse(job.endedAt)) : none,
    MATTER: job.matterId ?? none,
  }));
  return fittingTable(COLUMNS, rows, DISPENSABLE, palette, width);
}

const COLUMNS = ['JOB', 'KIND', 'STATE', 'OUTCOME', 'STARTED', 'TOOK', 'MATTER'] as const;
type Column = (typeof COLUMNS)[number];

const DISPENSABLE: readonly Column[] = ['MATTER', 'TOOK', 'KIND', 'STARTED'];
