import { ratioRow } from '../figure';
import type { Figure } from '../figure';
import type { BenchStage } from '../stage/bench-stage';
import { inTurns, runBare, runJobs } from '../stage/running';
import type { Running } from '../stage/running';
import { preciseNow } from '../statistics';

const JOBS = 1000;
/** Seldom until it is asked to be cancelled, and then as closely as by default. */
const WATCHING = { minMs: 1_800, maxMs: 3_600_000, ageFraction: 1 };

/** Everything that runs is cancelled at once: how many outcomes a second are recorded. */
export const cancelStorm: Figure = {
  name: 'cancel-storm',
  measure: async ({ stage: start, progress }) => {
    const stage = await start();
    progress(`${JOBS} jobs`);
    const own = await runJobs(stage, JOBS, WATCHING);
    progress('all of them cancelled');
    const ownRate = await stormOver(stage, own);
    progress(`${JOBS} bare workflows`);
    const bare = await runBare(stage, 'bareJob', JOBS);
    progress('all of them cancelled');
    const bareRate = await stormOver(stage, bare);
    return [
      ratioRow(
        `Cancel storm, ${JOBS} running jobs, outcomes per second`,
        '/s',
        ownRate,
        { name: 'bare workflow', value: bareRate },
        { atLeast: 0.85 },
      ),
    ];
  },
};

async function stormOver(stage: BenchStage, running: readonly Running[]): Promise<number> {
  const startedAt = preciseNow();
  const handles = running.map(({ id }) => stage.temporal.workflow.getHandle(id));
  await inTurns(handles.length, async (index) => handles[index]?.signal('cancel'));
  await Promise.all(handles.map((handle) => handle.result()));
  return running.length / ((preciseNow() - startedAt) / 1000);
}
