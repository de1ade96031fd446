import { expiryAhead } from '../../src/telemetry/expiry';

const NOW = Date.parse('2026-03-16T00:00:00Z');
const madeDaysAgo = (days: number) => new Date(NOW - days * 24 * 60 * 60 * 1000).toISOString();

it('counts what expires within so many days, each tenant for itself, and zeros where there is nothing', () => {
  const ready = [14.5, 13, 2].map((days) => ({ tenant: 'legal', createTime: madeDaysAgo(days) }));
  const { expiring, next } = expiryAhead(ready, ['hr'], NOW);
  const counts = (tenant: string) =>
    expiring
      .filter(({ labels }) => labels.tenant === tenant)
      .map(({ labels, value }) => [labels.within_days, value]);
  expect(counts('legal')).toEqual([
    ['1', 1],
    ['3', 2],
    ['7', 2],
    ['15', 3],
  ]);
  expect(counts('hr').map(([, value]) => value)).toEqual([0, 0, 0, 0]);
  expect(next).toEqual([{ labels: { tenant: 'legal' }, value: NOW / 1000 + 12 * 60 * 60 }]);
});

it('what has expired is nothing that lies ahead', () => {
  const { expiring, next } = expiryAhead([{ tenant: 'legal', createTime: madeDaysAgo(15.1) }], [], NOW);
  expect(expiring.every(({ value }) => value === 0)).toBe(true);
  expect(next).toEqual([]);
});
