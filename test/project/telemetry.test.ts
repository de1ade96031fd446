import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGUE } from '../../src/telemetry/catalogue';
import { alertQueries, dashboardQueries } from '../deploy/queries';
import { namesIn } from '../deploy/promql';

const readme = readFileSync(join(__dirname, '..', '..', 'README.md'), 'utf8');
const rows = readme
  .split('\n')
  .filter((line) => /^\| `[A-Za-z_]+`/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));

it('README’s table of metrics is the catalogue', () => {
  const told = rows
    .filter(([, name]) => name?.startsWith('vault_jobs_'))
    .map(([, name, type, labels, addUp]) => ({ name, type, labels, addUp }));
  const catalogue = Object.values(CATALOGUE).map(({ name, type, labels, scope }) => ({
    name,
    type,
    labels: labels.join(', '),
    addUp: scope === 'worker' ? 'sum' : 'max',
  }));
  expect(told).toEqual(catalogue);
});

it('README says of every alert what it means and what to do', () => {
  const told = rows.filter(([, name]) => /^VaultJobs[A-Z]\w+$/.test(name ?? '') && name !== 'VaultJobKind');
  expect(told.map(([, name]) => name)).toEqual(alertQueries().map(({ title }) => title));
  expect(told.every(([, , means, todo]) => means !== '' && todo !== '')).toBe(true);
});

it.each([...alertQueries(), ...dashboardQueries()])(
  'shared gauges in "$title" are not added up over workers',
  ({ query }) => {
    const shared = Object.values(CATALOGUE)
      .filter(({ scope }) => scope === 'shared')
      .map(({ name }) => name as string);
    const used = namesIn(query).selectors.filter(({ metric }) => shared.includes(metric));
    for (const { metric } of used)
      expect(query).toMatch(new RegExp(`(max|min) by \\([\\w, ]+\\) \\((min_over_time\\()?${metric}\\b`));
  },
);
