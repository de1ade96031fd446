import { z } from 'zod';
import { tenantNameSchema } from '../domain/job-request';
import { ledgerUrlSchema } from './ledger-setting';
import { TENANT_SECTIONS } from './sections';

const webAddress = z.url({ protocol: /^https?$/, error: 'must be an http or https address' });

/** The same shape as a `CredentialSource`: it says where a credential is, and never holds one. */
const credentialSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('key-file'),
      path: z.string('must name a file').min(1, 'must name a file').describe('JSON key of a service account'),
    }),
    z.strictObject({
      type: z.literal('keyless'),
      serviceAccount: z
        .string('must be the e-mail address of a service account')
        .regex(/^[^\s@/]+@[^\s@/]+$/, 'must be the e-mail address of a service account')
        .describe('Service account with domain-wide delegation that signs through IAM; needs no key'),
    }),
    z.strictObject({ type: z.literal('application-default') }),
  ],
  'must be key-file (with path), keyless (with serviceAccount) or application-default',
);

/** One Google Workspace organisation, or one Vault user in it, that jobs are run for. */
const tenantSchema = z
  .strictObject({
    name: tenantNameSchema.describe('What a job names its tenant by'),
    customer: z
      .string()
      .min(1)
      .optional()
      .describe(
        "Google Workspace customer; tenants of one customer share its limits. Default: the tenant's name",
      ),
    subject: z
      .string()
      .regex(/^[^\s@]+@[^\s@]+$/, 'must be the e-mail address of the Vault user to act for')
      .optional()
      .describe('The Vault user to act for, by domain-wide delegation'),
    credential: credentialSchema.prefault({ type: 'application-default' }),
    ledger: ledgerUrlSchema.optional().describe("The tenant's own ledger; without it the shared one"),
    rootUrl: webAddress.optional().describe('Instead of https://vault.googleapis.com'),
    storageUrl: webAddress.optional().describe('Instead of https://storage.googleapis.com'),
    tokenUrl: webAddress.optional().describe('Instead of https://oauth2.googleapis.com/token'),
    iamUrl: webAddress.optional().describe('Instead of https://iamcredentials.googleapis.com'),
    allowHttp: z
      .boolean('must be true or false')
      .optional()
      .describe('Lets credentials and queries go over plain http to another machine: for a stand-in only'),
    ...TENANT_SECTIONS,
  })
  .superRefine(({ subject, credential }, ctx) => {
    if (subject === undefined && credential.type !== 'application-default')
      ctx.addIssue({
        code: 'custom',
        path: ['subject'],
        message: 'is missing: a service account acts for a Vault user, by domain-wide delegation',
      });
  });

export type TenantSettings = z.output<typeof tenantSchema> & {
  /** What names its credential: a flag, a variable, a line of the file. */
  credentialSource: string;
};

export const tenantsSchema = z
  .array(tenantSchema)
  .min(1, 'must name a tenant')
  .superRefine((tenants, ctx) => {
    for (const [index, { name }] of tenants.entries())
      if (tenants.findIndex((other) => other.name === name) < index)
        ctx.addIssue({ code: 'custom', path: [index, 'name'], message: 'is the name of an earlier tenant' });
  });
