import { DEFAULT_TENANT } from '../domain/job-request';
import { isJsonObject } from '../domain/json';
import type { Layers } from './layers';
import type { SettingFlags } from './place';
import { tenantOverrides } from './setting-sources';
import type { Environment, Override } from './setting-sources';

/** The VAULT_* variables and their flags are about the tenant `default`, which need not be in any file. */
export function overrideDefaultTenant(
  layers: Layers,
  flags: SettingFlags,
  env: Environment,
  problems: string[],
): void {
  const overrides = strongest(tenantOverrides(flags, env), problems);
  if (overrides.length === 0) return;
  const tenants = layers.get(['tenants']) ?? [{ name: DEFAULT_TENANT }];
  if (!Array.isArray(tenants)) return;
  const index = tenants.findIndex((tenant) => isJsonObject(tenant) && tenant.name === DEFAULT_TENANT);
  if (index < 0) {
    for (const { source } of overrides)
      problems.push(
        `${source}: is about the tenant "${DEFAULT_TENANT}", which is not among the tenants of the file`,
      );
    return;
  }
  layers.content.tenants = tenants;
  for (const { place, value, source } of overrides)
    layers.set(['tenants', index, ...place.path], value, source);
}

/** Two ways to give one setting: a flag beats a variable, and of two variables one is too many. */
function strongest(overrides: Override[], problems: string[]): Override[] {
  const chosen = new Map<string, Override>();
  for (const override of overrides) {
    const key = override.place.path.join('.');
    const earlier = chosen.get(key);
    if (earlier?.by === override.by)
      problems.push(`${override.source}: cannot be set together with ${earlier.source}`);
    if (earlier === undefined || override.by === 'flag') chosen.set(key, override);
  }
  return [...chosen.values()];
}
