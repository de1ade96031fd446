import { z } from 'zod';
import { DEFAULT_TASK_QUEUE } from '../domain/task-queues';
import { ledgerUrlSchema } from './ledger-setting';
import { SECTIONS } from './sections';
import { tenantsSchema } from './tenants';

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/, 'must be letters, digits, dots, dashes or underscores');

const temporalSchema = z.strictObject({
  address: z
    .string()
    .regex(/^(?!\w+:\/\/)[^\s/]+$/, 'must be host:port, for example localhost:7233, without http://')
    .default('localhost:7233')
    .describe('host:port of the Temporal server'),
  namespace: name.default('default').describe('Temporal namespace'),
  profile: name
    .optional()
    .describe("Profile in Temporal's own configuration file: TLS, API key and what is not said here"),
});

/** Everything a configuration file may hold. */
export const configSchema = z.strictObject({
  temporal: temporalSchema.prefault({}),
  taskQueue: name.default(DEFAULT_TASK_QUEUE).describe("Base name of the workers' queues"),
  ledger: ledgerUrlSchema.describe('SQLite file or postgres:// URL of the evidence'),
  tenants: tenantsSchema.prefault([{ name: 'default' }]).describe('Whom jobs are run for'),
  ...SECTIONS,
});

export type Config = z.output<typeof configSchema>;

/** The same for editors: https://json-schema.org */
export function configJsonSchema(): object {
  const { required: _ledgerHasADefaultPlace, ...schema } = z.toJSONSchema(configSchema, { io: 'input' });
  return { ...schema, title: 'Configuration of vault-jobs' };
}
