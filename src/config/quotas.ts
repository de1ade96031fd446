import type { ExportQuotas } from '../domain/admission-quotas';
import type { Place } from './place';

/** What an operator may say of Vault's limits; the rest of them are Google's. */
const VARIABLES = {
  runningExports: 'VAULT_JOBS_RUNNING_EXPORTS',
  reserve: 'VAULT_JOBS_RESERVED_EXPORTS',
  createsPerMinute: 'VAULT_JOBS_CREATES_PER_MINUTE',
} as const;
type Field = keyof typeof VARIABLES;
const FIELDS = ['runningExports', 'reserve', 'createsPerMinute'] as const satisfies readonly Field[];

/** The variables that override the section. */
export const QUOTA_PLACES: readonly Place[] = FIELDS.map((field) => ({
  path: ['quotas', field],
  variable: VARIABLES[field],
  read: Number,
}));

/** A tenant may have others than the rest: Vault's limits are those of an organisation. */
export function quotasOf(
  {
    quotas,
    tenants,
  }: { quotas: ExportQuotas; tenants: readonly { name: string; quotas?: ExportQuotas | undefined }[] },
  tenant: string,
): ExportQuotas {
  return tenants.find(({ name }) => name === tenant)?.quotas ?? quotas;
}

/** For a worker in a process of its own. */
export function quotasEnvironment(quotas: Pick<ExportQuotas, Field>): Record<string, string> {
  return Object.fromEntries(FIELDS.map((field) => [VARIABLES[field], String(quotas[field])]));
}

/** For a stand-in that has no limits: more than anybody starts. */
export const WITHOUT_LIMITS = { runningExports: 10_000, reserve: 0, createsPerMinute: 10_000 };
