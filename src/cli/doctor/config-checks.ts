import { exposedSecrets } from '../../config/exposed-secrets';
import type { Settings } from '../../config/settings';
import { fail, ok, warn } from './check';
import type { Check, Finding } from './check';
import type { CheckResult } from './run-checks';

const GROUP = 'Configuration';

export function configChecks(settings: Settings): Check[] {
  const { configFile, tenants } = settings;
  const file = configFile ?? 'no file; flags, variables and defaults';
  const names = tenants.map(({ name }) => name).join(', ');
  return [
    { group: GROUP, name: 'settings', run: async () => ok(file) },
    { group: GROUP, name: 'tenants', run: async () => ok(names) },
    { group: GROUP, name: 'secret files', run: async () => checkSecrets(settings) },
  ];
}

function checkSecrets(settings: Settings): Finding {
  const exposed = exposedSecrets(settings, process.env);
  return exposed.length === 0
    ? ok('none can be read by every user of this machine')
    : warn(exposed.join('; '), 'chmod 600 them, and replace what others may have read');
}

/** Settings that cannot be used: then there is nothing to check anything else with. */
export function configProblems(problems: readonly string[]): CheckResult[] {
  return problems.map((problem) => ({
    group: GROUP,
    name: 'settings',
    ...fail(problem, 'mend it there; nothing else was checked'),
  }));
}
