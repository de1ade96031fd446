import type { Settings } from '../../config/settings';
import { fail, ok } from './check';
import type { Check } from './check';
import type { CheckResult } from './run-checks';

const GROUP = 'Configuration';

export function configChecks({ configFile, tenants }: Settings): Check[] {
  const file = configFile ?? 'no file; flags, variables and defaults';
  const names = tenants.map(({ name }) => name).join(', ');
  return [
    { group: GROUP, name: 'settings', run: async () => ok(file) },
    { group: GROUP, name: 'tenants', run: async () => ok(names) },
  ];
}

/** Settings that cannot be used: then there is nothing to check anything else with. */
export function configProblems(problems: readonly string[]): CheckResult[] {
  return problems.map((problem) => ({
    group: GROUP,
    name: 'settings',
    ...fail(problem, 'mend it there; nothing else was checked'),
  }));
}
