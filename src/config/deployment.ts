import { z } from 'zod';
import type { Place } from './place';

/** Of a name and a build id: what Temporal's server and command line take without quoting. */
const part = z
  .string('must be set too')
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/, 'must be letters, digits, dashes or underscores');

/** The section `deployment`: absent, the worker is not versioned and takes whatever there is. */
export const deploymentSchema = z
  .strictObject({
    name: part.describe('Worker Deployment in Temporal that this worker belongs to'),
    buildId: z
      .string('must be set too')
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'must be letters, digits, dots, dashes or underscores')
      .describe('What tells this build from others: a release, a commit'),
  })
  .optional();

export type DeploymentSettings = NonNullable<z.output<typeof deploymentSchema>>;

export const DEPLOYMENT_PLACES: readonly Place[] = [
  { path: ['deployment', 'name'], variable: 'VAULT_JOBS_DEPLOYMENT' },
  { path: ['deployment', 'buildId'], variable: 'VAULT_JOBS_BUILD_ID' },
];
