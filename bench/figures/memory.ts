import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { limitRow, ratioRow } from '../figure';
import type { BenchContext, Figure, Row } from '../figure';
import type { BenchStage } from '../stage/bench-stage';
import { runJobs } from '../stage/running';
import type { Running } from '../stage/running';
import { percentile, preciseNow } from '../statistics';

const FEW = 200;
const SOME = 5_000;
const MANY = 20_000;
const CANCELS = 100;
const CALM_SECONDS = 90;
const MIB = 1024 * 1024;
/** Looked at once and then left alone: what a watched job costs while nothing happens. */
const RARELY = { minMs: 3_600_000, maxMs: 3_600_000, ageFraction: 0 };

/** Resident memory of a worker over watched jobs, against the same worker idle. */
export const memory: Figure = {
  name: 'memory',
  measure: async (context) => {
    const stage = await context.stage();
    const idle = await settled(stage, context);
    await watchMore(stage, context, 0, SOME);
    return [perJobRow(idle, await settled(stage, context), SOME)];
  },
};

/**
 * The same with many more jobs, and what so many do to a cancel. It takes a quarter of an hour, so it is not among those
 * that are measured unasked.
 */
export const memoryOfMany: Figure = {
  name: 'memory-of-many',
  measure: async (context) => {
    const stage = await context.stage();
    const idle = await settled(stage, context);
    const few = await watchMore(stage, context, 0, FEW);
    const fastP99 = await cancelP99(stage, context, few);
    const jobs = await watchMore(stage, context, FEW, MANY);
    const many = await settled(stage, context);
    const slowP99 = await cancelP99(stage, context, jobs);
    return [
      perJobRow(idle, many, MANY),
      limitRow(`Memory of a worker with ${MANY} watched jobs`, 'MiB', many / MIB, { atMost: 768 }),
      ratioRow(
        `Cancel latency p99 at ${MANY} watched jobs`,
        'ms',
        slowP99,
        { name: `at ${FEW}`, value: fastP99 },
        { atMost: 3 },
      ),
    ];
  },
};

function perJobRow(idle: number, resident: number, jobs: number): Row {
  return limitRow(`Memory per watched job at ${jobs}`, 'KiB', (resident - idle) / jobs / 1024, {
    atMost: 40,
  });
}

async function watchMore(
  stage: BenchStage,
  { progress }: BenchContext,
  from: number,
  to: number,
): Promise<Running[]> {
  return runJobs(stage, to - from, RARELY, (done) => progress(`${from + done} of ${to} watched jobs`));
}

/** The lowest reading of a time of calm: so long Node's collector may take to get round to what is nobody's any more. */
async function settled(stage: BenchStage, { progress }: BenchContext): Promise<number> {
  const readings: number[] = [];
  for (let second = 0; second < CALM_SECONDS; second += 1) {
    progress(`reading the memory, ${CALM_SECONDS - second} s`);
    await delay(1000);
    readings.push(await residentBytes(stage.own.pid));
  }
  return Math.min(...readings);
}

/** Linux tells it in /proc. */
async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) * 1024;
}

async function cancelP99(
  stage: BenchStage,
  { progress }: BenchContext,
  jobs: readonly Running[],
): Promise<number> {
  progress(`${CANCELS} cancels`);
  const latencies: number[] = [];
  for (const { id, operationName } of pick(jobs, CANCELS)) {
    await delay(Math.random() * 50);
    await stage.temporal.workflow.getHandle(id).signal('cancel');
    const acknowledgedAt = preciseNow();
    latencies.push((await arrival(stage, operationName)) - acknowledgedAt);
  }
  return percentile(latencies, 0.99);
}

/** Spread over all: those at hand are not the ones that wait in nobody's cache. */
function pick<T>(values: readonly T[], count: number): T[] {
  const step = Math.max(1, Math.floor(values.length / count));
  return values.filter((_, index) => index % step === 0).slice(0, count);
}

async function arrival(stage: BenchStage, operationName: string): Promise<number> {
  for (;;) {
    const [sent] = stage.fake.log({ method: 'vault.operations.cancel', operationName });
    if (sent) return sent.timeMs;
    await delay(5);
  }
}
