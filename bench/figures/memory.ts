import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { limitRow } from '../figure';
import type { BenchContext, Figure, Row } from '../figure';
import type { BenchStage } from '../stage/bench-stage';
import { runJobs } from '../stage/running';
import type { Running } from '../stage/running';
import { percentile, preciseNow } from '../statistics';

const FEW = 200;
const SOME = 5_000;
const MANY = 20_000;
const CANCELS = 100;
const MIB = 1024 * 1024;
/** Looked at once and then left alone: what a watched job costs while nothing happens. */
const RARELY = { minMs: 3_600_000, maxMs: 3_600_000, ageFraction: 0 };

/** Resident memory of a worker over watched jobs, against the same worker idle; and what so many do to a cancel. */
export const memory: Figure = {
  name: 'memory',
  measure: async (context) => {
    const stage = await context.stage();
    await stage.restartOwn();
    const idle = await settled(stage);
    const few = await watchMore(stage, context, 0, FEW);
    const fastP99 = await cancelP99(stage, context, few);
    await watchMore(stage, context, FEW, SOME);
    const some = await settled(stage);
    const jobs = await watchMore(stage, context, SOME, MANY);
    const many = await settled(stage);
    const slowP99 = await cancelP99(stage, context, jobs);
    return [
      ...memoryRows(idle, some, many),
      {
        figure: `Cancel latency p99 at ${MANY} watched jobs`,
        value: slowP99,
        unit: 'ms',
        baseline: { name: `at ${FEW}`, value: fastP99 },
        ratio: slowP99 / fastP99,
        goal: '≤ 3 ×',
        met: slowP99 <= 3 * fastP99,
      },
    ];
  },
};

function memoryRows(idle: number, some: number, many: number): Row[] {
  const perJob = (resident: number, jobs: number) => (resident - idle) / jobs / 1024;
  return [
    limitRow(`Memory per watched job at ${SOME}`, 'KiB', perJob(some, SOME), { atMost: 40 }),
    limitRow(`Memory per watched job at ${MANY}`, 'KiB', perJob(many, MANY), { atMost: 40 }),
    limitRow(`Memory of one worker with ${MANY} watched jobs`, 'MiB', many / MIB, { atMost: 768 }),
    {
      figure: 'Memory of an idle worker',
      value: idle / MIB,
      unit: 'MiB',
      goal: 'baseline of the above',
      met: true,
    },
  ];
}

async function watchMore(
  stage: BenchStage,
  { progress }: BenchContext,
  from: number,
  to: number,
): Promise<Running[]> {
  return runJobs(stage, to - from, RARELY, (done) => progress(`${from + done} of ${to} watched jobs`));
}

/** The lowest of some readings: what the collector has not got round to is not the jobs'. */
async function settled(stage: BenchStage): Promise<number> {
  const readings: number[] = [];
  for (let reading = 0; reading < 5; reading += 1) {
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
