import { DAY_MS, DAY_STARTS_MS } from './draw-day';
import type { RunningExport } from './draw-day';

/** What it cost to watch, and by how much each end was noticed late. */
export interface Watched {
  units: number;
  delays: number[];
}

/**
 * `startPolling_` with `createDefaultBackoffSettings`: at once, then after 100 ms, growing by 1.3 to a minute.
 * https://github.com/googleapis/gax-nodejs, src/longRunningCalls/longrunning.ts and src/gax.ts, 6.17
 */
export function gaxPoller(exports: readonly RunningExport[], callMs: number): Watched {
  return pollAlone(exports, callMs, (polls) => Math.min(60_000, 100 * 1.3 ** polls));
}

export function fixedPoller(exports: readonly RunningExport[], everyMs: number, callMs: number): Watched {
  return pollAlone(exports, callMs, () => everyMs);
}

/** Each export by itself, with one unit a poll. */
function pollAlone(
  exports: readonly RunningExport[],
  callMs: number,
  waitMs: (polls: number) => number,
): Watched {
  let units = 0;
  const delays: number[] = [];
  for (const { startsAtMs, endsAtMs } of exports) {
    let atMs = startsAtMs;
    for (let polls = 0; atMs < DAY_STARTS_MS + DAY_MS; polls += 1) {
      units += 1;
      if (atMs >= endsAtMs) {
        delays.push(atMs + callMs - endsAtMs);
        break;
      }
      atMs += callMs + waitMs(polls);
    }
  }
  return { units, delays };
}
