import { stripVTControlCharacters } from 'node:util';
import type { Palette } from './palette';
import { columnTable } from './table';

/** Where a line would break, what is needed least is left out, first named first. `--json` has all. */
export function fittingTable<Column extends string>(
  columns: readonly Column[],
  rows: readonly Record<Column, string>[],
  dispensable: readonly Column[],
  palette: Palette,
  width = process.stdout.columns || Number.POSITIVE_INFINITY,
): string {
  let kept = columns;
  const table = () =>
    columnTable(
      kept,
      rows.map((row) => kept.map((column) => row[column])),
      palette,
    );
  for (const column of dispensable) {
    if (lineWidth(table()) <= width) break;
    kept = kept.filter((other) => other !== column);
  }
  return table();
}

function lineWidth(table: string): number {
  return Math.max(...table.split('\n').map((line) => stripVTControlCharacters(line).length));
}
