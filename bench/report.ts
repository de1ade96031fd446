import Table from 'cli-table3';
import { createColors } from 'picocolors';
import type { Row } from './figure';

/** The rows for people. Colour only on a terminal. */
export function tableOf(rows: readonly Row[], colour: boolean): string {
  const colors = createColors(colour);
  const table = new Table({
    head: ['', 'Figure', 'Measured', 'Baseline', 'Ratio', 'Goal'],
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) {
    table.push([
      row.met ? colors.green('✓') : colors.red('✗'),
      row.figure,
      `${shown(row.value)} ${row.unit}`,
      row.baseline ? `${shown(row.baseline.value)} ${row.unit} (${row.baseline.name})` : '',
      row.ratio === undefined ? '' : `${row.ratio.toFixed(2)} ×`,
      row.goal,
    ]);
  }
  return table.toString();
}

/** One row in a line. */
export function lineOf({ met, figure, value, unit, ratio, goal }: Row): string {
  const compared = ratio === undefined ? '' : `, ${ratio.toFixed(2)} ×`;
  return `${met ? '✓' : '✗'} ${figure}: ${shown(value)} ${unit}${compared} (${goal})`;
}

function shown(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en') : value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}
