import { setTimeout as delay } from 'node:timers/promises';
import { UnreachableError } from '../../client';
import type { OrphanReport, OrphanScan } from '../../client';
import { formatDuration } from '../../domain/duration';
import type { ScanProgress } from '../../domain/orphan-scan';
import { unitsMs } from '../../domain/orphan-scan';
import { calledAs } from '../called-as';
import { formatCount } from '../view/format';
import { countView } from './count-view';
import type { CountView } from './count-view';
import { untilInterrupted } from './interrupt';

const LOOK_AGAIN_MS = 1_000;

type Seen = NonNullable<Awaited<ReturnType<OrphanScan['progress']>>>;

/** Follows a scan to its report. Ctrl-C ends the following only. */
export async function followScan(scan: OrphanScan, note: (line: string) => void): Promise<OrphanReport> {
  const ended = new AbortController();
  let view: CountView | undefined;
  const show = (seen: Seen) => {
    view ??= countView(Math.max(1, seen.matters), 'matters');
    view.show(seen.mattersScanned, words(seen));
  };
  const report = scan.report();
  // Awaited below, and by then perhaps too late: a rejection of its own must not end the process.
  report.catch(() => undefined);
  showUntil(scan, show, noteOnce(note), ended.signal).catch(() => undefined);
  try {
    return await untilInterrupted(
      () => report,
      `Stopped following; the scan goes on: run it again, or end it with "temporal workflow cancel --workflow-id ${scan.scanId}"`,
    );
  } finally {
    ended.abort();
    view?.close();
  }
}

/** Waits for a phase; undefined where the scan ended before. */
export async function progressWhen(
  scan: OrphanScan,
  note: (line: string) => void,
  holds: (progress: ScanProgress) => boolean,
): Promise<ScanProgress | undefined> {
  const ended = scan.report().then(
    () => true,
    () => true,
  );
  const noteNoWorker = noteOnce(note);
  return untilInterrupted(async () => {
    for (;;) {
      const progress = await scan.progress();
      if (progress === undefined) noteNoWorker(NO_WORKER);
      if (progress && holds(progress)) return progress;
      if (await Promise.race([ended, delay(LOOK_AGAIN_MS, false)])) return undefined;
    }
  }, `Stopped waiting for the estimate; nothing more is read without an answer: ${calledAs()} orphans`);
}

async function showUntil(
  scan: OrphanScan,
  show: (seen: Seen) => void,
  note: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const seen = await scan.progress();
      if (seen && !signal.aborted) show(seen);
      if (seen === undefined && !signal.aborted) note(NO_WORKER);
    } catch (error) {
      // The server may be back before the wait for the report gives up: that one decides.
      if (!(error instanceof UnreachableError)) throw error;
    }
    await delay(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}

const NO_WORKER = 'No worker answers; the scan goes on when one runs';

function noteOnce(note: (line: string) => void): (line: string) => void {
  let noted = false;
  return (line) => {
    if (!noted) note(line);
    noted = true;
  };
}

function words({ orphans, gone, unitsAhead, unitsPerMinute, waitsFor }: Seen): string {
  if (waitsFor !== undefined) return waitsFor;
  const left = unitsAhead > 0 ? `about ${formatDuration(unitsMs(unitsAhead, unitsPerMinute))} left` : '';
  const found = `${formatCount(orphans)} orphans, ${formatCount(gone)} gone`;
  return [found, left].filter(Boolean).join(', ');
}
