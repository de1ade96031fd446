const MIB = 1024 * 1024;
const MOST = 1000;
const FEWEST = 10;
/** For everything else in the heap. */
const RESERVED_MIB = 200;
/** A traced job, which loads OpenTelemetry for itself, measured 1.8 MiB; any other a tenth of that. */
const JOB_MIB = 1.8;

/**
 * How many jobs a worker keeps in memory. Another one is replayed when something happens to it, which takes some
 * milliseconds: while it is watched, nothing does. The SDK alone would keep as many as the heap holds.
 */
export function cachedJobs(heapLimitBytes: number): number {
  const fitting = Math.floor((heapLimitBytes / MIB - RESERVED_MIB) / JOB_MIB);
  return Math.max(FEWEST, Math.min(MOST, fitting));
}
