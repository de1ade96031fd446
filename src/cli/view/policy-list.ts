import { assertNever } from '../../domain/assert-never';
import type { Policy } from '../../domain/policy';
import type { Applied } from '../../policies/apply-policies';
import type { PolicyStatus } from '../../policies/policy-control';
import { inWords, whenInWords } from '../../policies/policy-schedule';
import { formatAge } from './format';
import type { Palette } from './palette';
import { columnTable } from './table';

export function policyTable(policies: readonly PolicyStatus[], palette: Palette, nowMs: number): string {
  if (policies.length === 0) return 'No policies: "vault-jobs policies apply FILE" puts some in place.';
  const rows = policies.map((status) => [
    palette.bold(status.name),
    status.policy ? whenInWords(status.policy) : palette.dim('-'),
    status.policy ? inWords(status.policy) : palette.bad('edited by hand into something else'),
    status.lastRunAt ? `${formatAge(status.lastRunAt, nowMs)} ago` : palette.dim('-'),
    nextRun(status, palette, nowMs),
  ]);
  return columnTable(['POLICY', 'WHEN', 'DOES', 'LAST RUN', 'NEXT RUN'], rows, palette);
}

function nextRun(
  { paused, note, nextRunAt, running }: PolicyStatus,
  palette: Palette,
  nowMs: number,
): string {
  if (paused) return palette.warn(['paused', note].filter(Boolean).join(' by '));
  if (running) return palette.busy('running now');
  return nextRunAt
    ? `in ${formatAge(new Date(nowMs).toISOString(), Date.parse(nextRunAt))}`
    : palette.dim('-');
}

/** One line for each policy that the file names or that it took away. */
export function appliedTable(
  applied: readonly Applied[],
  policies: readonly Policy[],
  palette: Palette,
): string {
  if (applied.length === 0) return 'The file names no policies, and none is in place.';
  const rows = applied.map(({ name, change, paused }) => {
    const policy = policies.find((wanted) => wanted.name === name);
    return [
      palette.bold(name),
      paintChange(change, palette),
      policy ? whenInWords(policy) : '',
      policy ? inWords(policy) : '',
      paused && policy ? palette.warn('paused') : '',
    ];
  });
  return columnTable(['POLICY', 'CHANGE', 'WHEN', 'DOES', ''], rows, palette);
}

function paintChange(change: Applied['change'], { good, warn, dim, bad }: Palette): string {
  switch (change) {
    case 'created':
      return good(change);
    case 'updated':
      return warn(change);
    case 'unchanged':
      return dim(change);
    case 'deleted':
      return bad(change);
    default:
      return assertNever('change', change);
  }
}
