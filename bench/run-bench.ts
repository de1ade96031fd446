import { parseArgs } from 'node:util';
import { formatDuration } from '../src/domain/duration';
import type { BenchContext, Figure, Row } from './figure';
import { apiUnits } from './figures/api-units';
import { cancelLatency, cancelLatencyOnPostgres } from './figures/cancel-latency';
import { cancelStorm } from './figures/cancel-storm';
import { history } from './figures/history';
import { memory, memoryOfMany } from './figures/memory';
import { startup } from './figures/startup';
import { submission } from './figures/submission';
import { lineOf, tableOf } from './report';
import { setBenchStage } from './stage/bench-stage';
import type { BenchStage } from './stage/bench-stage';

const FIGURES: Figure[] = [
  apiUnits,
  startup,
  history,
  cancelLatency,
  cancelLatencyOnPostgres,
  cancelStorm,
  submission,
  memory,
];

/** Only where they are named: with these the rest would not be done in a quarter of an hour. */
const LONG_FIGURES: Figure[] = [memoryOfMany];
const ALL_FIGURES = [...FIGURES, ...LONG_FIGURES];

const HELP = `npm run bench -- [--json] [--only NAME[,NAME…]]
Figures: ${FIGURES.map(({ name }) => name).join(', ')}
Only where named: ${LONG_FIGURES.map(({ name }) => name).join(', ')}`;

/** Measures, and prints a table or JSON. Exit code 0 whatever was reached: a goal missed is a result. */
export async function runBench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { json: { type: 'boolean' }, only: { type: 'string' }, help: { type: 'boolean' } },
  });
  const wanted = values.only?.split(',');
  const unknown = wanted?.filter((name) => !ALL_FIGURES.some((figure) => figure.name === name)) ?? [];
  if (values.help || unknown.length > 0) {
    if (unknown.length > 0) console.error(`There is no figure ${unknown.join(', ')}.`);
    console.error(HELP);
    process.exitCode = unknown.length > 0 ? 2 : 0;
    return;
  }
  const startedAt = Date.now();
  const rows = await measureAll(wanted ? ALL_FIGURES.filter(({ name }) => wanted.includes(name)) : FIGURES);
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ rows, tookMs: Date.now() - startedAt }, null, 2)}\n`);
    return;
  }
  const colour = process.stdout.isTTY && !process.env.NO_COLOR;
  console.log(tableOf(rows, colour));
  const met = rows.filter((row) => row.met).length;
  console.log(`${met} of ${rows.length} goals met, in ${formatDuration(Date.now() - startedAt)}`);
}

async function measureAll(figures: readonly Figure[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { name, measure } of figures) {
    let stage: BenchStage | undefined;
    const context: BenchContext = {
      // Each its own: what one leaves behind in the server must not weigh on the next.
      stage: async (options) => (stage ??= await setBenchStage(options)),
      progress: (text) => showProgress(`${name}: ${text}`),
    };
    try {
      const measured = await measure(context);
      rows.push(...measured);
      for (const row of measured) showRow(row);
    } catch (error) {
      // The others are worth having all the same.
      console.error(`\n${name} could not be measured:`, error);
      process.exitCode = 1;
    } finally {
      await stage?.close();
    }
  }
  clearLine();
  return rows;
}

/** For whoever waits: the table comes at the end. */
function showRow(row: Row): void {
  clearLine();
  console.error(lineOf(row));
}

let shown = '';

/** A live line on a terminal; elsewhere a line a figure. */
function showProgress(text: string): void {
  clearLine();
  if (process.stderr.isTTY) process.stderr.write(text);
  else if (text.split(':')[0] !== shown.split(':')[0]) console.error(text);
  shown = text;
}

function clearLine(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001B[2K');
}
