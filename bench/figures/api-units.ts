import { childrenOf } from '../../activities/reading/children';
import type { ChildrenState } from '../../activities/reading/children';
import { MatterReader } from '../../activities/reading/matter-reader';
import type { ExportLook } from '../../activities/reading/matter-reader';
import { NOTHING_SHARED } from '../../activities/reading/shared-readings';
import { WalkPace } from '../../activities/walk-pace';
import { timingSchema } from '../../src/domain/timing';
import { freshnessOf, judge, nextLookMs, NO_AGREEMENT } from '../../src/domain/watch';
import type { Agreement, Reading, WatchTarget } from '../../src/domain/watch';
import { drawDay } from './api-units/draw-day';
import type { RunningExport } from './api-units/draw-day';
import { fixedPoller, gaxPoller } from './api-units/pollers';
import type { Watched } from './api-units/pollers';
import { VirtualMatter } from './api-units/virtual-matter';
import type { Figure, Row } from '../figure';

/** From the tick to the answer: dispatch by Temporal, gathering of looks, and the call. Not measured here, granted. */
const DISPATCH_MS = 250;
const CALL_MS = 200;
const SEEDS = [1, 2, 3];

/**
 * What watching costs, and how late an end is noticed: a day in which 20 exports always run in one matter, played
 * on a virtual clock through the code that workers run, held against Google's default poller and fixed intervals.
 */
export const apiUnits: Figure = { name: 'api-units', measure: unitsAndDelays };

async function unitsAndDelays(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { olderExports, goal } of [
    { olderExports: 0, goal: 1 / 3 },
    { olderExports: 300, goal: 1 },
  ]) {
    const days = await Promise.all(SEEDS.map(async (seed) => playDay(seed, olderExports)));
    const matter = olderExports === 0 ? '' : `, ${olderExports} older exports in the matter`;
    const ours = sum(days.map((day) => day.ours));
    const gax = sum(days.map((day) => day.gax));
    const thirty = sum(days.map((day) => fixedPoller(day.exports, 30_000, CALL_MS)));
    const fifteen = sum(days.map((day) => fixedPoller(day.exports, 15_000, CALL_MS)));
    const units = (name: string, baseline: Watched, atMost: number) =>
      row(`API units a day${matter}`, 'units', perDay(ours), { name, value: perDay(baseline) }, atMost);
    const delay = (share: number, name: string, baseline: Watched, atMost: number) => {
      const value = quantile(baseline.delays, share);
      const figure = `Detection delay p${share * 100}${matter}`;
      return row(figure, 's', quantile(ours.delays, share), { name, value }, atMost);
    };
    rows.push(
      units('google-gax', gax, goal),
      ...[0.5, 0.9, 0.99].map((share) => delay(share, 'google-gax', gax, 1)),
      // A shorter fixed interval notices sooner, for so many units more: less than that in proportion is the goal.
      units('GAM, every 30 s', thirty, quantile(thirty.delays, 0.99) / quantile(ours.delays, 0.99)),
      units('GAM, every 15 s', fifteen, quantile(fifteen.delays, 0.99) / quantile(ours.delays, 0.99)),
    );
  }
  return rows;
}

async function playDay(seed: number, olderExports: number) {
  const exports = drawDay(seed);
  return { exports, ours: await playOurs(exports, olderExports), gax: gaxPoller(exports, CALL_MS) };
}

interface Job {
  run: RunningExport;
  target: WatchTarget;
  agreement: Agreement;
  dueAtMs?: number;
  lastReadAtMs?: number;
}

async function playOurs(exports: readonly RunningExport[], olderExports: number): Promise<Watched> {
  const matter = new VirtualMatter(exports, olderExports);
  const reader = new MatterReader(
    matter.matterId,
    () => matter,
    NOTHING_SHARED,
    () => matter.nowMs,
  );
  const timing = timingSchema.parse({});
  const agenda = new Map<number, Job[]>();
  const plan = (atMs: number, job: Job) => agenda.set(atMs, [...(agenda.get(atMs) ?? []), job]);
  for (const run of exports) {
    const since = new Date(run.startsAtMs).toISOString();
    plan(run.startsAtMs, {
      run,
      target: { matterId: matter.matterId, exportId: run.id, since },
      agreement: NO_AGREEMENT,
    });
  }
  const delays: number[] = [];
  while (agenda.size > 0) {
    const tickMs = Math.min(...agenda.keys());
    const due = agenda.get(tickMs) ?? [];
    agenda.delete(tickMs);
    if (tickMs >= matter.endsAtMs) continue;
    matter.nowMs = tickMs + DISPATCH_MS;
    const readings = await reader.answer(due.map((job) => toLook(job, timing.requestTimeoutMs)));
    matter.nowMs += CALL_MS;
    for (const [index, job] of due.entries()) {
      const read = readings[index];
      if (read === undefined || read instanceof Error) throw read ?? new Error('a look was not answered');
      const reading: Reading = { atMs: tickMs + DISPATCH_MS, export: read.export };
      if (read.export !== 'NOT_FOUND') {
        job.lastReadAtMs = Date.parse(read.export.readAt);
        if (read.export.status !== 'IN_PROGRESS')
          reading.children =
            read.children ?? (await allChildren(matter, job.run.id, timing.requestTimeoutMs));
      }
      const step = judge(reading, job.agreement, job.target, timing);
      if (step.type === 'END') {
        delays.push(matter.nowMs - job.run.endsAtMs);
        continue;
      }
      job.agreement = step.agreement;
      job.dueAtMs = nextLookMs(matter.nowMs, job.agreement, job.target, timing);
      plan(job.dueAtMs, job);
    }
  }
  return { units: matter.units, delays };
}

/** In as many attempts as it takes, without a pace: units are what counts here. */
async function allChildren(matter: VirtualMatter, exportId: string, timeoutMs: number) {
  const state: ChildrenState = {};
  const walker = { pace: new WalkPace(), tenant: 'default' };
  for (;;) {
    const read = await childrenOf(matter, { matterId: matter.matterId, exportId, timeoutMs }, state, walker);
    if (read.type === 'READ') return read.children;
    if (read.type === 'FAILED') throw new Error(read.failure.detail);
  }
}

function toLook(job: Job, timeoutMs: number): ExportLook {
  const freshness = freshnessOf(job, job.target);
  const since = freshness.type === 'SINCE' ? { sinceMs: freshness.sinceMs } : {};
  return { exportId: job.run.id, timeoutMs, ...since };
}

function sum(parts: readonly Watched[]): Watched {
  return {
    units: parts.reduce((total, { units }) => total + units, 0),
    delays: parts.flatMap(({ delays }) => delays),
  };
}

function perDay({ units }: Watched): number {
  return Math.round(units / SEEDS.length);
}

/** In seconds. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) / 1000;
}

function row(
  figure: string,
  unit: string,
  value: number,
  baseline: { name: string; value: number },
  atMost: number,
): Row {
  const ratio = value / baseline.value;
  return { figure, unit, value, baseline, ratio, goal: `≤ ${atMost.toFixed(2)} ×`, met: ratio <= atMost };
}
