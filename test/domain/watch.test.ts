import type { ExportSnapshot, OperationSnapshot } from '../../src/domain/snapshot';
import { timingSchema } from '../../src/domain/timing';
import { judge, NO_AGREEMENT } from '../../src/domain/watch';
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
    const gone: Reading = { atMs: START, operation: 'NOT_FOUND' };
    expect(judgeAll(anOperation, [gone, gone, gone])[2]).toEqual({ type: 'GONE', expired: false });
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
  const waitAt = (ageMs: number, target: WatchTarget) => {
    const step = judge(
      { atMs: START + ageMs, export: exported('IN_PROGRESS') },
      NO_AGREEMENT,
      target,
      timing,
    );
    if (step.type !== 'WAIT') throw new Error(step.type);
    return step.waitMs;
  };

  it('grows with age between its limits', () => {
    expect(waitAt(0, anExport)).toBe(timing.poll.minMs);
    expect(waitAt(20 * MINUTE, anExport)).toBe(MINUTE);
    expect(waitAt(10 * DAY, anExport)).toBe(timing.poll.maxMs);
  });

  it('is fast again after a cancel was sent', () => {
    const cancelSentAt = new Date(START + 10 * DAY).toISOString();
    expect(waitAt(10 * DAY, { ...anExport, cancelSentAt })).toBe(timing.confirmPoll.minMs);
  });
});
