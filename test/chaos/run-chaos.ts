import { randomInt } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SEARCH_ATTRIBUTES } from '../../src/domain/search-attributes';
import { formatDuration } from '../../src/domain/duration';
import { startTemporalServer } from '../../src/embedded/temporal-server';
import { buildWorkflowBundle } from '../../src/worker/workflow-bundle';
import { setChaosStage } from './chaos-stage';
import type { ChaosStage } from './chaos-stage';
import { explainEndings, explainFailure } from './explain';
import { play } from './play';
import { violations } from './rules';
import { runBatches } from './run-batches';
import type { BatchSchedule } from './schedule';
import { shrink } from './shrink';

const BATCH_SIZE = 100;
const SHRINK_LIMIT_MS = 5 * 60_000;

/** `--runs N --seed S`, or `--schedule FILE` to play one printed schedule again. */
export async function runChaos(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { runs: { type: 'string' }, seed: { type: 'string' }, schedule: { type: 'string' } },
  });
  const folder = await mkdtemp(join(tmpdir(), 'vault-jobs-chaos-run-'));
  const server = await startTemporalServer({ searchAttributes: SEARCH_ATTRIBUTES });
  try {
    const codePath = join(folder, 'workflow-bundle.js');
    await writeFile(codePath, (await buildWorkflowBundle({ encrypted: false })).code);
    const stage = await setChaosStage({ address: server.address, codePath });
    try {
      const passed =
        values.schedule === undefined
          ? await explore(stage, Number(values.runs ?? 500), Number(values.seed ?? randomInt(2 ** 31)))
          : await replay(stage, values.schedule);
      process.exitCode = passed ? 0 : 1;
    } finally {
      await stage.close();
    }
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function explore(stage: ChaosStage, runs: number, seed: number): Promise<boolean> {
  console.log(`${runs} job schedules, seed ${seed}`);
  const startedAt = Date.now();
  const result = await runBatches(stage, {
    seed,
    runs,
    batchSize: BATCH_SIZE,
    progress: (jobs) => showProgress(jobs, runs, startedAt),
  });
  const took = formatDuration(Date.now() - startedAt);
  if (process.stdout.isTTY) process.stdout.write('\n');
  console.log(explainEndings(result));
  if (!result.failure) {
    console.log(`Every rule held for ${result.jobs} jobs, in ${took} (seed ${seed})`);
    return true;
  }
  console.log(
    `Broken after ${result.jobs} jobs (seed ${seed}), by a batch of ${result.failure.batch.jobs.length}:`,
  );
  console.log(explainFailure(result.failure));
  console.log(`Looking for a smaller one, for at most ${formatDuration(SHRINK_LIMIT_MS)}`);
  const smallest = await shrink(stage, result.failure, SHRINK_LIMIT_MS);
  console.log(`Smallest found (seed ${seed}):\n${explainFailure(smallest)}`);
  return false;
}

async function replay(stage: ChaosStage, file: string): Promise<boolean> {
  const batch: BatchSchedule = JSON.parse(await readFile(file, 'utf8'));
  const found = violations(await play(stage, batch));
  console.log(found.length === 0 ? 'Every rule held' : explainFailure({ batch, violations: found }));
  return found.length === 0;
}

/** A live line on a terminal, a line now and then elsewhere. */
function showProgress(jobs: number, runs: number, startedAt: number): void {
  const line = `${jobs} of ${runs} jobs, ${formatDuration(Date.now() - startedAt)}`;
  if (process.stdout.isTTY) process.stdout.write(`\r\u001B[2K${line}`);
  else console.log(line);
}
