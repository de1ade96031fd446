import type { JobStatus } from '../../src/client';
import { statusText } from '../../src/cli/commands/status';
import { progressLine } from '../../src/cli/wait/bar-view';
import { lineView } from '../../src/cli/wait/line-view';
import { progressOf } from '../../src/cli/wait/progress';
import { jobList } from '../../src/cli/view/job-list';
import { paletteFor } from '../../src/cli/view/palette';
import { timeline } from '../../src/cli/view/timeline';
import { formatBytes } from '../../src/cli/view/format';
import type { JobRecord } from '../../src/domain/job-record';

const PLAIN = paletteFor({ isTTY: false }, {});
const COLOURED = paletteFor({ isTTY: true }, {});
const NOW = Date.parse('2026-01-31T10:10:00Z');

const RECORD: JobRecord = {
  jobId: 'export-a',
  kind: 'export',
  tenant: 'default',
  state: 'CANCELLING',
  cancel: {
    disposition: 'ACCEPTED',
    requests: [
      {
        requestId: '1',
        requestedBy: 'ann',
        reason: 'wrong accounts',
        source: 'signal',
        receivedAt: '2026-01-31T10:05:00.000Z',
      },
    ],
    requestsTotal: 7,
    attempts: 2,
    acceptedAt: '2026-01-31T10:05:01.000Z',
  },
  remote: {
    matterId: 'm1',
    exportId: 'exportly-1',
    children: [],
    export: {
      readAt: '2026-01-31T10:09:00Z',
      status: 'IN_PROGRESS',
      rawStatus: 'IN_PROGRESS',
      exportedArtifactCount: 420,
      totalArtifactCount: 1000,
      sizeInBytes: 0,
      fileCount: 0,
    },
  },
  polls: 12,
  blocked: { on: 'quota', since: '2026-01-31T10:08:00Z', during: 'watch', detail: 'RESOURCE_EXHAUSTED' },
  advice: 'Nothing to do.',
  startedAt: '2026-01-31T10:00:00.000Z',
};
const WATCH = {
  step: 'watch',
  attempt: 3,
  nextAttemptAt: '2026-01-31T10:10:04Z',
  detail: 'Export IN_PROGRESS, 420 of 1000 artifacts; looks again in 5s',
};
const STATUS: JobStatus = { record: RECORD, source: 'worker', pending: [WATCH] };

describe('colour', () => {
  const escape = '\u001B[';

  it('is used on a terminal only', () => {
    expect(statusText(STATUS, COLOURED, NOW)).toContain(escape);
    expect(statusText(STATUS, PLAIN, NOW)).not.toContain(escape);
  });

  it('gives way to NO_COLOR and to a dumb terminal', () => {
    expect(paletteFor({ isTTY: true }, { NO_COLOR: '1' }).bad('x')).toBe('x');
    expect(paletteFor({ isTTY: true }, { TERM: 'dumb' }).bad('x')).toBe('x');
    expect(paletteFor({ isTTY: true }, { NO_COLOR: '' }).bad('x')).not.toBe('x');
  });
});

describe('a status', () => {
  it('tells state, advice, what blocks, who asked, ids, progress and the next look', () => {
    const text = statusText(STATUS, PLAIN, NOW);
    for (const part of [
      'CANCELLING',
      'Nothing to do.',
      'quota for 2m, during watch: RESOURCE_EXHAUSTED',
      'ACCEPTED, sent 2 time(s), accepted 2026-01-31 10:05:01 UTC',
      'by ann (signal): wrong accounts',
      'and 6 more',
      'exportly-1',
      '420 of 1,000 items (42%)',
      'next attempt in 4s',
    ])
      expect(text).toContain(part);
  });

  it('says when no worker answered', () => {
    expect(statusText({ ...STATUS, source: 'temporal' }, PLAIN, NOW)).toContain('No worker answered');
    const { blocked: _blocked, ...record } = RECORD;
    const unpolled = { ...STATUS, record, source: 'temporal' as const, unpolledQueue: 'mistyped' };
    expect(statusText(unpolled, PLAIN, NOW)).toContain('No worker polls the task queue mistyped');
    expect(progressOf(unpolled, NOW).waitsFor).toContain('no worker polls its task queue mistyped');
    expect(statusText({ ...STATUS, source: 'ledger' }, PLAIN, NOW)).toContain('Temporal does not know');
  });

  it('shows what a count found', () => {
    const operation = {
      readAt: '2026-01-31T10:09:00Z',
      done: true,
      hasResponse: true,
      count: {
        totalCount: 1234,
        queriedAccountsCount: 3,
        matchingAccountsCount: 2,
        accountErrors: [{ errorType: 'TIMEOUT', count: 1 }],
        nonQueryableAccounts: 0,
      },
    };
    const record = { ...RECORD, remote: { children: [], operation } };
    expect(statusText({ ...STATUS, record }, PLAIN, NOW)).toContain(
      '1,234 found, in 2 of 3 accounts, 1 account(s) could not be counted',
    );
  });
});

describe('progress', () => {
  const unblocked = { ...STATUS, record: { ...RECORD } };
  delete unblocked.record.blocked;

  it('names first what blocks, then the missing worker, then the next look', () => {
    expect(progressOf(STATUS, NOW).waitsFor).toBe('blocked on quota: RESOURCE_EXHAUSTED (for 2m)');
    expect(progressOf({ ...unblocked, source: 'temporal' }, NOW).waitsFor).toContain('no worker answers');
    expect(progressOf(unblocked, NOW).waitsFor).toBe('watch: Export IN_PROGRESS, next look in 4s');
  });

  it('fits the terminal and keeps state, counts and time', () => {
    const line = progressLine(progressOf(STATUS, NOW), {
      nowMs: NOW,
      sinceMs: NOW - 63_000,
      width: 60,
      palette: PLAIN,
      bar: () => '████░░░░░░',
    });
    expect(line.length).toBeLessThanOrEqual(60);
    expect(line).toMatch(/^████░░░░░░ {2}CANCELLING {2}420\/1,000 {2}.*… {2}1m 3s$/);
  });

  it('writes a plain line only when something is new', () => {
    const lines: string[] = [];
    const view = lineView({ write: (text: string) => lines.push(text) });
    view.show(progressOf(unblocked, NOW));
    view.show(progressOf(unblocked, NOW + 1000));
    view.show(progressOf(STATUS, NOW + 2000));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/Z CANCELLING, 420 of 1,000 items, watch: Export IN_PROGRESS\n$/);
  });
});

describe('lists', () => {
  const job = {
    jobId: 'export-a',
    kind: 'export' as const,
    state: 'ENDED' as const,
    outcome: 'COMPLETED' as const,
    matterId: '148d7a6a-9d94-4b39-b96f-c04d39c6a462',
    tenant: 'default',
    startedAt: '2026-01-31T10:00:00Z',
    endedAt: '2026-01-31T10:01:30Z',
  };

  it('show a line a job, and the matter where there is room for it', () => {
    expect(jobList([job], PLAIN, NOW, 200)).toMatch(
      /export-a +export +ENDED +COMPLETED +10m ago +1m 30s +148d7a6a/,
    );
    expect(jobList([job], PLAIN, NOW, 70)).not.toContain('148d7a6a');
    expect(jobList([], PLAIN, NOW)).toBe('No jobs.');
    const { outcome: _outcome, endedAt: _endedAt, ...waiting } = { ...job, state: 'QUEUED' as const };
    const place = { position: 3, waiting: 40 };
    expect(jobList([{ ...waiting, queue: place }], PLAIN, NOW, 200)).toMatch(/export-a +export +QUEUED #3 /);
  });

  it('show the live place of a job that waits, and not what it was told of it long ago', () => {
    const blocked = {
      on: 'slot' as const,
      since: '2026-01-31T10:00:00Z',
      during: 'queue' as const,
      detail: 'Place 40 of 40',
    };
    const queue = { position: 1_203, waiting: 2_000, expectedAt: '2026-01-31T12:10:00.000Z' };
    const record: JobRecord = { ...RECORD, state: 'QUEUED', blocked, queue };
    const step = { step: 'queue', attempt: 2, detail: 'Place 40 of 40; looks again in 5m' };
    const status = { ...STATUS, record, pending: [step] };
    const text = statusText(status, PLAIN, NOW);
    expect(text).toMatch(/Queue +place 1,203 of 2,000, expected to start in about 2h/);
    expect(text).not.toContain('Place 40');
    expect(progressOf(status, NOW)).toMatchObject({ news: 'place 1210 or before' });
    const soon: JobRecord = { ...record, queue: { position: 1, waiting: 1 } };
    expect(progressOf({ ...status, record: soon }, NOW).waitsFor).toBe(
      'place 1 of 1, starts when a slot is free',
    );
  });

  it('leave out what is needed least where a line would break', () => {
    const [head] = jobList([job], PLAIN, NOW, 40).split('\n');
    expect(head?.split(/ +/)).toEqual(['JOB', 'STATE', 'OUTCOME', 'STARTED']);
  });

  it('show the evidence without what only programs need', () => {
    const text = timeline(
      [
        {
          id: '1',
          at: '2026-01-31T10:00:00.000Z',
          type: 'CANCEL_REQUESTED',
          detail: { requestedBy: 'ann', reason: 'wrong accounts', requestId: 'hidden' },
        },
      ],
      PLAIN,
    );
    expect(text).toMatch(
      /2026-01-31 10:00:00 UTC +CANCEL_REQUESTED +requestedBy=ann reason="wrong accounts"$/,
    );
  });

  it('show sizes in the unit that people read', () => {
    expect([0, 999, 1500, 2_500_000].map(formatBytes)).toEqual(['0 B', '999 B', '1.5 KB', '2.5 MB']);
  });
});
