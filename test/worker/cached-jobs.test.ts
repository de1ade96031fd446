import { cachedJobs } from '../../src/worker/cached-jobs';

const MIB = 1024 * 1024;

it.each([
  ['a large heap', 4096, 1000],
  ['the heap of a small container', 1024, 457],
  ['no heap to speak of', 128, 10],
])('%s has room for a bounded number of jobs, were all of them traced', (_what, heapMib, jobs) => {
  expect(cachedJobs(heapMib * MIB)).toBe(jobs);
});
