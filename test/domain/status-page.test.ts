import type { JobRecord } from '../../src/domain/job-record';
import { DISPOSITIONS, JOB_STATES } from '../../src/domain/outcome';
import { statusPage } from '../../src/domain/status-page';

const running: JobRecord = {
  jobId: 'job',
  kind: 'export',
  tenant: 'default',
  state: 'RUNNING',
  cancel: { disposition: 'NOT_ASKED', requests: [], requestsTotal: 0, attempts: 0 },
  remote: { matterId: 'matter-1', exportId: 'export-1', operationName: 'operations/a_b_c', children: [] },
  polls: 0,
  advice: 'Nothing to do.',
  startedAt: '2026-11-01T10:00:00.123Z',
};

function asked(disposition: JobRecord['cancel']['disposition']): JobRecord['cancel'] {
  const request = {
    requestId: 'r',
    requestedBy: 'ann@example.com',
    reason: 'secret merger',
    source: 'signal' as const,
    receivedAt: '2026-11-01T11:00:00.000Z',
  };
  return { disposition, requests: [request], requestsTotal: 3, attempts: 0 };
}

it.each(JOB_STATES)('begins with the state %s and what to do', (state) => {
  expect(statusPage({ ...running, state })).toMatch(
    new RegExp(`^\\*\\*${state}\\*\\*\\. Nothing to do\\.\n`),
  );
});

it('begins with the outcome of an ended job, and points to no step any more', () => {
  const page = statusPage({ ...running, state: 'ENDED', outcome: 'CANCELLED' });
  expect(page).toMatch(/^\*\*ENDED: CANCELLED\*\*\. /);
  expect(page).not.toContain('Pending Activities');
});

it.each(DISPOSITIONS)('says what %s means, when it was asked for and how often', (disposition) => {
  const page = statusPage({ ...running, cancel: asked(disposition) });
  expect(page).toMatch(
    new RegExp(
      `\\*\\*${disposition}\\*\\*: .+; asked for 2026-11-01 11:00:00 UTC by signal, 3 requests in all`,
    ),
  );
});

it('shows neither reasons nor people: the address it is rendered by may be logged', () => {
  const page = statusPage({ ...running, cancel: asked('PENDING') });
  expect(page).not.toMatch(/secret|ann/);
});

const MARKUP =
  '![i](https://evil.example/i.png) [l](https://evil.example) <img src=x> https://evil.example www.evil.example a@evil.example ``` | ` # h\n\n# h\n| a | b |\u202E\u009B';
/** A page without what stands between code marks, where nothing is markup. */
const outsideCode = (page: string) => page.replaceAll(/`[^`\n]*`/g, '');

it('shows what a job waits for on one line, in which nothing of it is markup', () => {
  const blocked = {
    on: 'access',
    since: '2026-11-01T12:00:00.000Z',
    during: 'watch',
    detail: MARKUP,
  } as const;
  const line = statusPage({ ...running, blocked })
    .split('\n')
    .find((row) => row.includes('Waits for'));
  expect(outsideCode(line ?? '')).toBe('| **Waits for** | access since 2026-11-01 12:00:00 UTC:  |');
  expect(line).toContain('![i](https://evil.example/i.png)');
});

it('shows ids as what they are, whoever made them up', () => {
  const remote = { matterId: MARKUP, exportId: MARKUP, operationName: MARKUP, children: [] };
  const page = outsideCode(statusPage({ ...running, remote }));
  expect(page).not.toMatch(/evil|[<!]|[\u202E\u009B]/);
  expect(page.split('\n')).toHaveLength(statusPage(running).split('\n').length);
});
