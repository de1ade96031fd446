import { setTimeout as delay } from 'node:timers/promises';
import type { Cadence } from '../../src/domain/cadence';
import type { BenchStage } from './bench-stage';

export interface Running {
  id: string;
  operationName: string;
}

const QUERY = { corpus: 'MAIL', dataScope: 'ALL_DATA', method: 'ENTIRE_ORG' } as const;
/** Starts at once: more would only wait in line. */
const AT_ONCE = 50;

/** Operations that run for as long as nobody cancels them. */
export async function runOperations(stage: BenchStage, count: number): Promise<string[]> {
  return inTurns(count, async () => {
    const { name } = await stage.vault.countArtifacts(
      stage.matterId,
      { query: QUERY, view: 'ALL' },
      { timeoutMs: 30_000 },
    );
    return name;
  });
}

/** Jobs of ours, each watching an operation and looked at once at least. */
export async function runJobs(
  stage: BenchStage,
  count: number,
  cadence: Cadence,
  progress: (done: number) => void = () => {},
): Promise<Running[]> {
  const names = await runOperations(stage, count);
  stage.fake.clearLog();
  const jobs = await inTurns(count, async (index) => {
    const operationName = names[index] ?? '';
    const { jobId } = await stage.jobs.watchOperation({
      operationName,
      // An operation without an export is watched as closely as one that was asked to be cancelled.
      timing: { poll: cadence, confirmPoll: cadence },
    });
    if (index % 500 === 0) progress(index);
    return { id: jobId, operationName };
  });
  // One read takes it over, the next one is the first look.
  for (;;) {
    const reads = stage.fake.log({ method: 'vault.operations.get' });
    const looked = countTwice(reads.map(({ operationName }) => operationName ?? ''));
    progress(looked);
    if (looked >= count) return jobs;
    await delay(200);
  }
}

/** Bare workflows in the same number, waiting for their signal. */
export async function runBare(
  stage: BenchStage,
  workflowType: 'bareCancel' | 'bareJob',
  count: number,
): Promise<Running[]> {
  const names = await runOperations(stage, count);
  return inTurns(count, async (index) => {
    const operationName = names[index] ?? '';
    const id = `bare-${operationName.replaceAll('/', '-')}`;
    await stage.temporal.workflow.start(workflowType, {
      workflowId: id,
      taskQueue: stage.bareQueue,
      args: [operationName],
    });
    return { id, operationName };
  });
}

export async function inTurns<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  let next = 0;
  const turn = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) made[index] = await make(index);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, turn));
  return made;
}

function countTwice(names: readonly string[]): number {
  const seen = new Map<string, number>();
  for (const name of names) seen.set(name, (seen.get(name) ?? 0) + 1);
  return [...seen.values()].filter((times) => times >= 2).length;
}
