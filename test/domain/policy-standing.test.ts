import { policySchema } from '../../src/domain/policy';
import { fits, standingInList, standingOf } from '../../src/domain/policy-standing';
import type { JobFacts } from '../../src/domain/policy-standing';

const NOW = Date.parse('2026-11-25T12:00:00Z');
const POLICY = policySchema.parse({ name: 'p', every: '1m', olderThan: '6h', action: 'cancel' });
const STALE: JobFacts = {
  kind: 'export',
  state: 'RUNNING',
  since: '2026-11-25T06:00:00Z',
  asked: false,
  disposition: 'NOT_ASKED',
  exportName: 'mail',
  beingDeleted: false,
};
const except = { matters: [], jobs: [], names: ['legal-hold-*'] };

describe('a job', () => {
  it.each<[string, Partial<JobFacts>, object]>([
    ['is stale at the very age', {}, { type: 'STALE' }],
    ['is too young a moment before', { since: '2026-11-25T06:00:01Z' }, { type: 'TOO_YOUNG' }],
    ['that ended is finished', { state: 'ENDED' }, { type: 'FINISHED' }],
    [
      'that was asked is not asked again, even before it shows',
      { state: 'CREATING', asked: true },
      { type: 'ALREADY_ASKED' },
    ],
    [
      'that nothing can cancel is left alone',
      { state: 'NOT_CANCELLABLE', asked: true },
      { type: 'NOT_CANCELLABLE' },
    ],
    ['that is blocked is left alone', { blockedOn: 'vault' }, { type: 'BLOCKED', on: 'vault' }],
  ])('%s', (_what, change, standing) => {
    expect(standingOf(POLICY, 'job', { ...STALE, ...change }, NOW)).toEqual(standing);
  });

  it('that has left the matched state does not match', () => {
    const policy = { ...POLICY, match: { state: 'CREATING' as const } };
    expect(standingOf(policy, 'job', STALE, NOW)).toEqual({ type: 'NO_MATCH' });
  });

  it('is excluded by the matter that only it knows', () => {
    const policy = { ...POLICY, except: { ...except, matters: ['m1'] } };
    expect(standingOf(policy, 'job', { ...STALE, matterId: 'm1' }, NOW)).toEqual({
      type: 'EXCLUDED',
      by: 'matters',
    });
  });

  it('whose name is not known is left alone by a policy that excludes names', () => {
    const { exportName: _name, ...nameless } = STALE;
    expect(standingOf({ ...POLICY, except }, 'job', nameless, NOW)).toMatchObject({ type: 'UNREADABLE' });
    expect(standingOf({ ...POLICY, except }, 'job', { ...nameless, kind: 'count' }, NOW)).toEqual({
      type: 'STALE',
    });
    expect(standingOf(POLICY, 'job', nameless, NOW)).toEqual({ type: 'STALE' });
  });

  it('is asked itself only where the list leaves a doubt', () => {
    const listed = { jobId: 'job', kind: 'export', since: STALE.since } as const;
    expect(standingInList(POLICY, { ...listed, state: 'RUNNING' })).toBeUndefined();
    expect(standingInList(POLICY, { ...listed, state: 'CANCELLING' })).toEqual({ type: 'ALREADY_ASKED' });
    expect(standingInList(POLICY, { ...listed, state: 'NOT_CANCELLABLE' })).toEqual({
      type: 'NOT_CANCELLABLE',
    });
    const policy = { ...POLICY, except: { ...except, jobs: ['job'] } };
    expect(standingInList(policy, { ...listed, state: 'RUNNING' })).toEqual({ type: 'EXCLUDED', by: 'jobs' });
  });
});

it.each([
  ['legal-hold-*', 'legal-hold-acme', true],
  ['legal-hold-*', 'Legal-Hold-', true],
  ['legal-hold-*', 'a legal-hold-acme', false],
  ['*hold*', 'a legal-hold-acme', true],
  ['*hold', 'hold-on', false],
  ['a*a', 'a', false],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'a-c-b', false],
  ['*', '', true],
  ['mail', 'mail', true],
  ['mail', 'mails', false],
  ['m.il', 'mail', false],
  ['[a]*', '[a]b', true],
])('the pattern %s on the name %s: %s', (glob, name, does) => {
  expect(fits(glob, name)).toBe(does);
});
