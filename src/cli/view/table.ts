import Table from 'cli-table3';
import type { Palette } from './palette';

/** No lines: a table that can also be read by awk. */
const NO_LINES = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ].map((part) => [part, '']),
);
const PLAIN = { chars: NO_LINES, style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 } };

/** Where nobody says how wide the terminal is. */
const DEFAULT_WIDTH = 100;

export type Row = readonly [label: string, value: string];

/** Labels and values; long values wrap beside their label. */
export function keyValueTable(rows: readonly Row[], palette: Palette, width = terminalWidth()): string {
  const labelWidth = Math.max(...rows.map(([label]) => label.length)) + 2;
  const table = new Table({
    ...PLAIN,
    colWidths: [labelWidth, Math.max(30, width - labelWidth)],
    wordWrap: true,
  });
  table.push(...rows.map(([label, value]) => [palette.dim(label), value]));
  return withoutTrailingSpace(table.toString());
}

export type MarkedRow = { title: string } | { mark: string; label: string; text: string };

/** Lines with a mark before them, under titles; the texts wrap beside their labels, all of which are as wide. */
export function markedTable(rows: readonly MarkedRow[], palette: Palette, width = terminalWidth()): string {
  const labelWidth = Math.max(...rows.map((row) => ('label' in row ? row.label.length : 0))) + 2;
  const markWidth = 5;
  // A word that is wider than its column would be cut, and what is long here is an address to go to.
  const longestWord = Math.max(
    ...rows.flatMap((row) => ('text' in row ? row.text.split(/\s/).map((word) => word.length) : [])),
  );
  const textWidth = Math.max(40, longestWord + 2, width - labelWidth - markWidth);
  const colWidths = [markWidth, labelWidth, textWidth];
  const lines = rows.map((row) => {
    if ('title' in row) return `\n${palette.bold(row.title)}`;
    // A table of its own: what wraps in one line must not make the others taller.
    const table = new Table({ ...PLAIN, colWidths, wordWrap: true });
    table.push([`  ${row.mark}`, row.label, row.text]);
    return withoutTrailingSpace(table.toString());
  });
  return lines.join('\n').trimStart();
}

export function columnTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  palette: Palette,
): string {
  const table = new Table({ ...PLAIN, head: head.map((title) => palette.bold(title)) });
  table.push(...rows.map((row) => [...row]));
  return withoutTrailingSpace(table.toString());
}

function terminalWidth(): number {
  return process.stdout.columns || DEFAULT_WIDTH;
}

function withoutTrailingSpace(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
