import { BadInputError } from '../client';
import type { Settings } from '../config/settings';
import { DEFAULT_TENANT, tenantNameSchema } from '../domain/job-request';

/** Whose job it is to be. Where the configuration lists the tenants, a mistyped one is found before it waits for ever. */
export function chooseTenant(settings: Settings, wanted: string | undefined): string {
  const names = settings.tenants.map(({ name }) => name);
  if (wanted !== undefined) {
    const parsed = tenantNameSchema.safeParse(wanted);
    if (!parsed.success) throw new BadInputError(`--tenant: ${parsed.error.issues[0]?.message}`);
    if (settings.tenantsListed && !names.includes(wanted))
      throw new BadInputError(`--tenant: must be one of ${names.join(', ')}`);
    return wanted;
  }
  if (!settings.tenantsListed || names.includes(DEFAULT_TENANT)) return DEFAULT_TENANT;
  const [only, ...others] = names;
  if (only === undefined || others.length > 0)
    throw new BadInputError(`--tenant: is missing; one of ${names.join(', ')}`);
  return only;
}

/** Only what one tenant's jobs need: another tenant's ledger may be away. */
export function settingsOfTenant(settings: Settings, tenant: string): Settings {
  const own = settings.tenants.filter(({ name }) => name === tenant);
  return { ...settings, ledger: own[0]?.ledger ?? settings.ledger, tenants: own };
}
