import * as fc from 'fast-check';
import type { ExportSnapshot, OperationSnapshot } from '../../src/domain/snapshot';
import { timingSchema } from '../../src/domain/timing';
import { CLOCK_SKEW_MS, freshnessOf, judge, nextLookMs, NO_AGREEMENT } from '../../src/domain/watch';
import type { Agreement, Reading, WatchTarget } from '../../src/domain/watch';

const START = Date.parse('2026-11-01T00:00:00Z');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const timing = timingSchema.parse({});
const anExport: WatchTarget = { matterId: 'm', exportId: 'e', since: new Date(START).toISOString() };
const aLinkedExport: WatchTarget = { ...anExport, operationName: 'operations/1' };
const anOperation: WatchTarget = { operationName: 'operations/1', since: new Date(START).toISOString() };

function exported(status: ExportSnapshot['status']): ExportSnapshot {
  return {
    readAt: new Date(START).toISOString(),
    status,
    rawStatus: status,
    exportedArtifactCount: 0,
    totalArtifactCount: 0,
    sizeInBytes: 0,
    fileCount: 0,
  };
}

function operation(ending: Partial<OperationSnapshot>): OperationSnapshot {
  return { readAt: new Date(START).toISOString(), done: false, hasResponse: false, ...ending };
}
const cancelled = operation({ done: true, error: { code: 1 } });

/** Feeds readings one after the other, each carrying on from the agreement of the last. */
function judgeAll(target: WatchTarget, readings: Reading[]) {
  let agreement: Agreement = NO_AGREEMENT;
  return readings.map((reading) => {
    const step = judge(reading, agreement, target, timing);
    if (step.type !== 'END') agreement = step.agreement;
    return step.type === 'END' ? step.proof : step.type;
  });
}

describe('an export alone', () => {
  it.each([
    ['COMPLETED', { type: 'EXPORT_COMPLETED' }],
    ['FAILED', { type: 'EXPORT_FAILED' }],
    ['IN_PROGRESS', 'WAIT'],
    ['UNKNOWN', 'WAIT'],
  ] as const)('with status %s is %j', (status, expected) => {
    expect(judgeAll(anExport, [{ atMs: START, export: exported(status) }])).toEqual([expected]);
  });

  it('is gone only after confirming reads in a row', () => {
    const gone: Reading = { atMs: START, export: 'NOT_FOUND', matterReadable: true };
    const seen: Reading = { atMs: START, export: exported('IN_PROGRESS') };
    expect(judgeAll(anExport, [gone, gone, seen, gone, gone, gone])).toEqual([
      'WAIT',
      'WAIT',
      'WAIT',
      'WAIT',
      'WAIT',
      { type: 'GONE', expired: false },
    ]);
  });

  it('is not gone while its matter cannot be read, however often one looks', () => {
    const unreadable: Reading = { atMs: START, export: 'NOT_FOUND', matterReadable: false };
    const gone: Reading = { atMs: START, export: 'NOT_FOUND', matterReadable: true };
    expect(judgeAll(anExport, [gone, gone, unreadable, unreadable, gone])).toEqual([
      'WAIT',
      'WAIT',
      'NO_ACCESS',
      'NO_ACCESS',
      'WAIT',
    ]);
  });

  it('is marked expired when it is gone after 15 days', () => {
    const gone: Reading = { atMs: START + 15 * DAY + 1, export: 'NOT_FOUND', matterReadable: true };
    expect(judgeAll(anExport, [gone, gone, gone])[2]).toEqual({ type: 'GONE', expired: true });
  });

  it('does not end before its children do', () => {
    const withChild = (status: ExportSnapshot['status']): Reading => ({
      atMs: START,
      export: exported('COMPLETED'),
      children: [{ exportId: 'child', status }],
    });
    expect(judgeAll(anExport, [withChild('IN_PROGRESS'), withChild('FAILED')])).toEqual([
      'WAIT',
      { type: 'EXPORT_COMPLETED' },
    ]);
  });
});

describe('an operation alone', () => {
  it.each([
    ['running', operation({}), 'WAIT'],
    ['done with a response', operation({ done: true, hasResponse: true }), { type: 'OPERATION_SUCCEEDED' }],
    ['done with an error', operation({ done: true, error: { code: 13 } }), { type: 'OPERATION_FAILED' }],
    ['done with code 1', cancelled, { type: 'OPERATION_CANCELLED' }],
    ['done with neither', operation({ done: true }), { type: 'OPERATION_DONE_WITHOUT_RESULT' }],
  ] as const)('%s', (_title, read, expected) => {
    expect(judgeAll(anOperation, [{ atMs: START, operation: read }])).toEqual([expected]);
  });

  it('is gone after confirming reads', () => {
    const gone: Reading = { atMs: START, operation: 'NOT_FOUND', matterReadable: true };
    expect(judgeAll(anOperation, [gone, gone, gone])[2]).toEqual({ type: 'GONE', expired: false });
  });

  it('is not gone where nothing shows that the reader could see it', () => {
    const unseen: Reading = { atMs: START, operation: 'NOT_FOUND' };
    expect(judgeAll(anOperation, [unseen, unseen, unseen])[2]).toBe('NO_ACCESS');
  });
});

describe('an export whose operation has been asked to cancel', () => {
  const asked: WatchTarget = {
    ...aLinkedExport,
    cancelSentAt: new Date(START).toISOString(),
    cancelOutstanding: true,
  };
  const running = operation({});
  const failed = exported('FAILED');
  const at = (minute: number, reading: Omit<Reading, 'atMs'>): Reading => ({
    atMs: START + minute * MINUTE,
    ...reading,
  });
  const both = { type: 'OPERATION_CANCELLED', exportStatus: 'FAILED' };

  it('is cancelled, whichever of the two is read first', () => {
    const end = at(1, { export: failed, operation: cancelled });
    const exportFirst = [at(0, { export: failed, operation: running }), end];
    const operationFirst = [at(0, { export: exported('IN_PROGRESS'), operation: cancelled }), end];
    expect(judgeAll(asked, exportFirst)).toEqual(['WAIT', both]);
    expect(judgeAll(asked, operationFirst)).toEqual(['WAIT', both]);
  });

  it('has failed when its operation did, or says nothing else for the settle time and three reads', () => {
    const otherwise = operation({ done: true, error: { code: 13 } });
    const reading = (read: OperationSnapshot | 'NOT_FOUND') => (minute: number) =>
      at(minute, { export: failed, operation: read });
    expect(judgeAll(asked, [at(0, { export: failed, operation: otherwise })])).toEqual([
      { type: 'EXPORT_FAILED' },
    ]);
    for (const silent of [running, 'NOT_FOUND'] as const) {
      const readings = [0, 9, 11].map(reading(silent));
      expect(judgeAll(asked, readings)).toEqual(['WAIT', 'WAIT', { type: 'EXPORT_FAILED' }]);
      expect(judgeAll(asked, [0, 11].map(reading(silent)))).toEqual(['WAIT', 'WAIT']);
    }
  });

  it('is not gone by itself before its operation had time to say so', () => {
    const gone = (minute: number, read: OperationSnapshot | 'NOT_FOUND') =>
      at(minute, { export: 'NOT_FOUND', operation: read, matterReadable: true });
    expect(
      judgeAll(asked, [gone(0, running), gone(1, running), gone(2, running), gone(3, cancelled)]),
    ).toEqual(['WAIT', 'WAIT', 'WAIT', { type: 'OPERATION_CANCELLED', exportStatus: 'GONE' }]);
    expect(
      judgeAll(
        asked,
        [0, 5, 11].map((minute) => gone(minute, running)),
      )[2],
    ).toMatchObject({ type: 'GONE' });
    expect(
      judgeAll(
        asked,
        [0, 1, 2].map((minute) => gone(minute, 'NOT_FOUND')),
      )[2],
    ).toMatchObject({
      type: 'GONE',
    });
  });

  it('is judged at once where it completed, and where nobody asked', () => {
    expect(judgeAll(asked, [at(0, { export: exported('COMPLETED'), operation: running })])).toEqual([
      { type: 'EXPORT_COMPLETED' },
    ]);
    expect(judgeAll(aLinkedExport, [at(0, { export: failed, operation: running })])).toEqual([
      { type: 'EXPORT_FAILED' },
    ]);
  });

  it('ends the same in whatever order, and however far apart within the settle time, the two are seen', () => {
    const minute = fc.integer({ min: 0, max: 9 });
    const looks = fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { minLength: 12, maxLength: 40 });
    fc.assert(
      fc.property(minute, minute, looks, (exportEnds, operationEnds, minutes) => {
        const readings = [...minutes, 41, 42, 43]
          .toSorted((a, b) => a - b)
          .map((now) =>
            at(now, {
              export: exported(now >= exportEnds ? 'FAILED' : 'IN_PROGRESS'),
              operation: now >= operationEnds ? cancelled : running,
            }),
          );
        expect(judgeAll(asked, readings).find((step) => typeof step === 'object')).toMatchObject({
          type: 'OPERATION_CANCELLED',
        });
      }),
      { numRuns: 500 },
    );
  });
});

describe('an export with a linked operation', () => {
  const looks = (status: ExportSnapshot['status'], minutes: number[]): Reading[] =>
    minutes.map((minute) => ({
      atMs: START + minute * MINUTE,
      export: exported(status),
      operation: cancelled,
    }));

  it('that completed is completed, whatever its operation says', () => {
    expect(judgeAll(aLinkedExport, looks('COMPLETED', [0]))).toEqual([{ type: 'EXPORT_COMPLETED' }]);
  });

  it('is cancelled at once when the operation is and the export FAILED', () => {
    expect(judgeAll(aLinkedExport, looks('FAILED', [0]))).toEqual([
      { type: 'OPERATION_CANCELLED', exportStatus: 'FAILED' },
    ]);
  });

  it('is read on for the settle time and at least three reads when it stays IN_PROGRESS', () => {
    expect(judgeAll(aLinkedExport, looks('IN_PROGRESS', [0, 11, 12]))).toEqual([
      'WAIT',
      'WAIT',
      { type: 'OPERATION_CANCELLED', exportStatus: 'IN_PROGRESS' },
    ]);
    expect(judgeAll(aLinkedExport, looks('IN_PROGRESS', [0, 1, 2, 3]))).toEqual([
      'WAIT',
      'WAIT',
      'WAIT',
      'WAIT',
    ]);
  });

  it('that completes within the settle time is completed', () => {
    const readings = [...looks('IN_PROGRESS', [0, 5]), ...looks('COMPLETED', [6])];
    expect(judgeAll(aLinkedExport, readings)[2]).toEqual({ type: 'EXPORT_COMPLETED' });
  });

  it('is decided by the export alone when the operation is done with anything else', () => {
    const reading = (status: ExportSnapshot['status'], read: OperationSnapshot): Reading => ({
      atMs: START,
      export: exported(status),
      operation: read,
    });
    const succeeded = operation({ done: true, hasResponse: true });
    const failed = operation({ done: true, error: { code: 13 } });
    const neither = operation({ done: true });
    expect(judgeAll(aLinkedExport, [reading('IN_PROGRESS', succeeded)])).toEqual(['WAIT']);
    expect(judgeAll(aLinkedExport, [reading('IN_PROGRESS', failed)])).toEqual(['WAIT']);
    expect(judgeAll(aLinkedExport, [reading('IN_PROGRESS', neither)])).toEqual(['WAIT']);
    expect(judgeAll(aLinkedExport, [reading('FAILED', succeeded)])).toEqual([{ type: 'EXPORT_FAILED' }]);
  });

  it('is not gone because its operation is forgotten', () => {
    const reading: Reading = { atMs: START, export: exported('IN_PROGRESS'), operation: 'NOT_FOUND' };
    expect(judgeAll(aLinkedExport, [reading, reading, reading, reading])).toEqual(
      Array.from({ length: 4 }, () => 'WAIT'),
    );
  });
});

describe('the cadence', () => {
  const NOTHING = NO_AGREEMENT;
  const AT = START + 10 * DAY;
  const nextAt = (ageMs: number, target: WatchTarget, agreement = NOTHING) =>
    nextLookMs(START + ageMs, agreement, target, timing);
  /** The ticks of a watch that looks on time. */
  const ticks = (target: WatchTarget, count: number, fromMs = START) => {
    const seen: number[] = [];
    for (let atMs = fromMs; seen.length < count;)
      seen.push((atMs = nextLookMs(atMs, NOTHING, target, timing)));
    return seen;
  };
  const gaps = (times: number[]) => times.slice(1).map((time, index) => time - (times[index] ?? 0));

  it('is close at first and grows with age, never beyond a minute', () => {
    const between = gaps(ticks(anExport, 40));
    expect(between).toEqual(between.toSorted((a, b) => a - b));
    expect(between[0]).toBe(14_400);
    expect(between.at(-1)).toBe(timing.poll.maxMs);
    expect(timing.poll.maxMs).toBeLessThan(MINUTE);
  });

  it('is the same grid for all exports of a matter, however old, so that their looks fall together', () => {
    const old = new Set(
      ticks({ ...anExport, exportId: 'older', since: new Date(START - DAY).toISOString() }, 30),
    );
    const young = ticks(anExport, 30);
    const afterCancel = ticks({ ...anExport, cancelSentAt: new Date(START).toISOString() }, 60);
    const slow = (times: number[]) => times.filter((_, index) => gaps(times)[index] === timing.poll.maxMs);
    const within = (time: number) => time < Math.max(...old);
    expect(slow(young).filter(within).length).toBeGreaterThan(10);
    for (const time of [...slow(young), ...slow(afterCancel)].filter(within)) expect(old).toContain(time);
  });

  it('is another grid for another matter, and for each operation', () => {
    const phase = (target: WatchTarget) => nextLookMs(AT, NOTHING, target, timing) % timing.poll.maxMs;
    const targets = Array.from({ length: 50 }, (_, index) => index);
    const matters = new Set(targets.map((index) => phase({ ...anExport, matterId: `matter-${index}` })));
    const operations = new Set(
      targets.map((index) => phase({ ...anOperation, matterId: 'm', operationName: `operations/${index}` })),
    );
    expect(matters.size).toBeGreaterThan(45);
    expect(operations.size).toBeGreaterThan(45);
  });

  it('does not drift when looks come late, and skips no tick for it', () => {
    const [first = 0, second = 0, third = 0] = ticks(anExport, 3, AT);
    expect(nextLookMs(first + 2_000, NOTHING, anExport, timing)).toBe(second);
    expect(nextLookMs(second + 30_000, NOTHING, anExport, timing)).toBe(third);
  });

  it('is closer after a cancel was sent, and for an operation, which is short', () => {
    const afterCancel = { ...anExport, cancelSentAt: new Date(AT).toISOString() };
    expect(gaps(ticks(afterCancel, 5, AT))[0]).toBe(1800);
    expect(gaps(ticks(anOperation, 5))[0]).toBe(1800);
  });

  it('confirms an absence at its own pace', () => {
    expect(nextAt(0, anExport, { goneReads: 1, cancelledReads: 0 })).toBe(START + timing.goneReadMs);
  });

  it('holds for whatever limits a request names, and always comes soon after now', () => {
    const limit = fc.integer({ min: 1, max: 10 * MINUTE });
    fc.assert(
      fc.property(
        limit,
        limit,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(DAY),
        (a, b, ageFraction, age) => {
          const poll = { minMs: Math.min(a, b), maxMs: Math.max(a, b), ageFraction };
          const now = START + age;
          const next = nextLookMs(now, NOTHING, anExport, { ...timing, poll });
          expect(next).toBeGreaterThan(now);
          expect(next - now).toBeLessThanOrEqual(1.25 * poll.maxMs + 1);
        },
      ),
    );
  });
});

describe('a look may be answered', () => {
  const due = { agreement: NO_AGREEMENT, dueAtMs: START };

  it('with a reading that anybody made after it was due, but not with the one it had before', () => {
    expect(freshnessOf(due, anExport)).toEqual({ type: 'SINCE', sinceMs: START - CLOCK_SKEW_MS });
    expect(freshnessOf({ ...due, lastReadAtMs: START }, anExport)).toEqual({
      type: 'SINCE',
      sinceMs: START + 1,
    });
  });

  it('only with one made now at first, and after a cancel was sent', () => {
    expect(freshnessOf({ agreement: NO_AGREEMENT }, anExport)).toEqual({ type: 'NOW' });
    const afterCancel = { ...anExport, cancelSentAt: new Date(START - DAY).toISOString() };
    expect(freshnessOf(due, afterCancel)).toEqual({ type: 'NOW' });
  });

  it('only with a read of its own where an absence, or what has not changed, is what proves the end', () => {
    const gone = { ...due, agreement: { goneReads: 1, cancelledReads: 0 } };
    const settling = { ...due, agreement: { goneReads: 0, cancelledReads: 1, cancelledSinceMs: START } };
    expect(freshnessOf(gone, anExport)).toEqual({ type: 'ALONE' });
    expect(freshnessOf(settling, aLinkedExport)).toEqual({ type: 'ALONE' });
  });
});
