import type { z } from 'zod';
import { exportQuotasSchema } from '../domain/admission-quotas';
import type { Place, SettingPattern } from './place';
import { DEPLOYMENT_PLACES, deploymentSchema } from './deployment';
import { ENCRYPTION_FILES, ENCRYPTION_PLACES, encryptionSchema } from './encryption';
import { QUOTA_PLACES } from './quotas';
import { READ_RATE_VARIABLES, readRatesSchema } from './read-rates';
import { telemetrySchema } from './telemetry';
import { watchdogSchema } from './watchdog';

/**
 * Further parts of the configuration, each with a file of its own in this folder. One line here gives a section
 * its place in the file, its type in `Settings` and its part of the JSON Schema:
 *
 *     quotas: quotasSchema.prefault({}),
 */
export const SECTIONS = {
  telemetry: telemetrySchema.prefault({}),
  quotas: exportQuotasSchema.prefault({}),
  readRates: readRatesSchema.prefault({}),
  encryption: encryptionSchema.prefault({}),
  deployment: deploymentSchema,
  watchdog: watchdogSchema.prefault({}),
} as const satisfies Record<string, z.ZodType>;

/** The same within each tenant. */
export const TENANT_SECTIONS = {
  quotas: exportQuotasSchema.optional(),
} as const satisfies Record<string, z.ZodType>;

/** Flags and variables that override settings of these sections. */
export const SECTION_PLACES: readonly Place[] = [
  { path: ['telemetry', 'metrics'], flag: 'metrics', variable: 'VAULT_JOBS_METRICS' },
  { path: ['telemetry', 'metricsRefresh'], flag: 'metricsRefresh', variable: 'VAULT_JOBS_METRICS_REFRESH' },
  { path: ['telemetry', 'logFormat'], flag: 'logFormat', variable: 'VAULT_JOBS_LOG_FORMAT' },
  ...Object.entries(READ_RATE_VARIABLES).map(([rate, variable]) => ({
    path: ['readRates', rate],
    variable,
    read: Number,
  })),
  ...QUOTA_PLACES,
  ...ENCRYPTION_PLACES,
  ...DEPLOYMENT_PLACES,
];

/** Settings of these sections that name a file: a relative one starts at the configuration file's folder. */
export const SECTION_FILES: readonly SettingPattern[] = ENCRYPTION_FILES;
