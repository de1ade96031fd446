import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export const DEPLOY = join(__dirname, '..', '..', 'deploy');

interface Rules {
  groups: { rules: { alert: string; expr: string }[] }[];
}
interface Dashboard {
  panels: { title: string; targets?: { expr: string }[] }[];
}

export interface NamedQuery {
  /** Of the alert or the panel. */
  title: string;
  query: string;
}

export function alertQueries(): NamedQuery[] {
  const rules: Rules = parse(readFileSync(join(DEPLOY, 'prometheus', 'alerts.yml'), 'utf8'));
  return rules.groups.flatMap((group) =>
    group.rules.map(({ alert, expr }) => ({ title: alert, query: expr })),
  );
}

/** With what Grafana puts in place of its variables. */
export function dashboardQueries(): NamedQuery[] {
  const dashboard: Dashboard = JSON.parse(readFileSync(join(DEPLOY, 'grafana', 'vault-jobs.json'), 'utf8'));
  return dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({
      title,
      query: expr.replaceAll('$__rate_interval', '5m').replaceAll('$tenant', '.*'),
    })),
  );
}
