import type { Policy } from '../../domain/policy';
import type { PolicyReport } from '../../domain/policy-report';
import { inWords, whenInWords } from '../../policies/policy-schedule';
import type { PolicyRun } from '../../policies/policy-runs';
import { formatAge, formatCount } from './format';
import { formatTime } from '../../domain/format-time';
import { paintState } from './palette';
import type { Palette } from './palette';
import { lineInWords } from './policy-words';
import { columnTable } from './table';

/** What each policy would do now. */
export function previewText(
  previews: readonly { policy: Policy; report: PolicyReport }[],
  palette: Palette,
  nowMs: number,
): string {
  if (previews.length === 0) return 'No policies.';
  return previews
    .map(({ policy, report }) =>
      [
        `${palette.bold(policy.name)}  ${palette.dim(`${inWords(policy)}, ${whenInWords(policy)}`)}`,
        reportText(report, palette, nowMs),
      ].join('\n'),
    )
    .join('\n\n');
}

export function reportText(report: PolicyReport, palette: Palette, nowMs: number): string {
  const { lines, overCap, truncated } = report;
  const hidden = Object.values(report.counts).reduce((sum, count) => sum + count, 0) - lines.length;
  return [
    summary(report),
    ...(overCap
      ? [
          palette.bad(
            `More are stale than the ${overCap.maxCancels} that one run may cancel, so none is asked: look into ` +
              'it, then raise maxCancels or narrow the policy.',
          ),
        ]
      : []),
    ...(truncated ? [palette.warn('More jobs match than one run looks at; the oldest were looked at.')] : []),
    ...(lines.length > 0 ? ['', jobTable(report, palette, nowMs)] : []),
    ...(hidden > 0 ? [palette.dim(`and ${formatCount(hidden)} more that are left alone`)] : []),
  ].join('\n');
}

/** The newest first. */
export function runsText(runs: readonly PolicyRun[], palette: Palette): string {
  if (runs.length === 0) return 'No runs yet, or none that Temporal still keeps.';
  return runs.map((run) => runText(run, palette)).join('\n\n');
}

function runText({ startedAt, report, because }: PolicyRun, palette: Palette): string {
  const head = palette.bold(formatTime(startedAt));
  if (report) return `${head}  ${reportText(report, palette, Date.parse(report.endedAt))}`;
  return because === undefined
    ? `${head}  ${palette.busy('under way')}`
    : `${head}  ${palette.bad('no report')}: ${because}`;
}

function summary({ matched, stale, asked, action, dryRun, overCap }: PolicyReport): string {
  const facts = [`${formatCount(matched)} job(s) matched`, `${formatCount(stale)} stale`];
  if (overCap) return facts.join(', ');
  if (action === 'report') facts.push('the policy only reports');
  else if (dryRun) facts.push('dry run');
  else if (asked > 0) facts.push(`${formatCount(asked)} asked to cancel`);
  return facts.join(', ');
}

function jobTable({ lines, action }: PolicyReport, palette: Palette, nowMs: number): string {
  const rows = lines.map((line) => [
    line.jobId,
    line.kind,
    paintState(line.state, palette),
    formatAge(line.since, nowMs),
    lineInWords(line, action, palette),
  ]);
  return columnTable(['JOB', 'KIND', 'FOUND', 'AGE', 'WHAT'], rows, palette);
}
