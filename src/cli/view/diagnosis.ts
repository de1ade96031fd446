import type { CheckResult } from '../doctor/run-checks';
import type { Palette } from './palette';
import { markedTable } from './table';
import type { MarkedRow } from './table';

/** What `doctor` found: a group of lines for each thing, a line for each check, and how to mend what is not well. */
export function diagnosis(results: readonly CheckResult[], palette: Palette): string {
  const groups = [...new Set(results.map(({ group }) => group))];
  const rows = groups.flatMap((group): MarkedRow[] => [
    { title: group },
    ...results.filter((result) => result.group === group).map((result) => row(result, palette)),
  ]);
  return `${markedTable(rows, palette)}\n\n${summary(results, palette)}`;
}

function row(result: CheckResult, palette: Palette): MarkedRow {
  const mark = MARKS[result.status](palette);
  const text =
    result.status === 'warn' || result.status === 'fail'
      ? `${result.detail}\n→ ${result.advice}`
      : result.detail;
  return { mark, label: result.name, text };
}

const MARKS: { [status in CheckResult['status']]: (palette: Palette) => string } = {
  ok: ({ good }) => good('✓'),
  warn: ({ warn }) => warn('!'),
  fail: ({ bad }) => bad('✗'),
  skipped: ({ dim }) => dim('-'),
};

function summary(results: readonly CheckResult[], { good, warn, bad }: Palette): string {
  const count = (status: CheckResult['status']) =>
    results.filter((result) => result.status === status).length;
  const notChecked = count('skipped') === 0 ? '' : `, ${count('skipped')} not checked`;
  if (count('fail') > 0) return bad(`${count('fail')} of ${results.length} checks failed${notChecked}`);
  if (count('warn') > 0) return warn(`Nothing failed; ${count('warn')} to know about${notChecked}`);
  return good(`All ${results.length} checks passed`);
}
