import { z } from 'zod';
import { prioritySchema } from './admission-entry';
import { hasUnseen } from './foreign-text';
import {
  countQuerySchema,
  exportIdSchema,
  exportNameSchema,
  matterIdSchema,
  operationNameSchema,
  querySchema,
  UNSEEN_IN_NAME,
} from './query';
import { limitsSchema, timingSchema } from './timing';

// Generated parsers need `new Function`, which a workflow sandbox may refuse.
z.config({ jitless: true });

export const tenantNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and dashes');

/** The tenant of a job that names none. */
export const DEFAULT_TENANT = 'default';

const common = {
  tenant: tenantNameSchema.default(DEFAULT_TENANT),
  limits: limitsSchema.prefault({}),
  timing: timingSchema.prefault({}),
};

const exportOptionsSchema = z.record(z.string(), z.json());

/** `delete-export` lets a cancel that nothing else can carry out delete the unfinished export. */
export const whenNotCancellableSchema = z
  .enum(['keep-watching', 'delete-export'], 'must be keep-watching or delete-export')
  .default('keep-watching');

export const exportSourceSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('create'),
    name: exportNameSchema,
    query: querySchema,
    exportOptions: exportOptionsSchema.optional(),
  }),
  z.object({ type: z.literal('adopt'), exportId: exportIdSchema }),
]);

export const exportJobRequestSchema = z.strictObject({
  ...common,
  matterId: matterIdSchema,
  source: exportSourceSchema,
  operationName: operationNameSchema.optional(),
  /** An operation whose metadata names no export may be linked later: whoever may send the job an update answers for it. */
  allowUnnamedLinks: z.literal(true).optional(),
  whenNotCancellable: whenNotCancellableSchema,
  /** In the queue for Vault's slots: 1 goes first. */
  priority: prioritySchema,
});

export const countJobRequestSchema = z.strictObject({
  ...common,
  matterId: matterIdSchema,
  query: countQuerySchema,
  view: z.enum(['TOTAL_COUNT', 'ALL'], 'must be TOTAL_COUNT or ALL').default('ALL'),
});

export const operationJobRequestSchema = z.strictObject({ ...common, operationName: operationNameSchema });

/** What holds the names of a request, by the field that a fault is told of. */
interface Named {
  operationName?: string | undefined;
  source?: z.output<typeof exportSourceSchema>;
}

/**
 * What no new job may be named. Apart from the schemas above, by which the requests of jobs that run already are read
 * again: what those let in once, they let in for ever.
 */
function atDoor<S extends z.ZodType<Named>>(schema: S): S {
  return schema.superRefine(({ operationName, source }, ctx) => {
    const names: [string[], string | undefined][] = [
      [['source', 'name'], source?.type === 'create' ? source.name : undefined],
      [['operationName'], operationName],
    ];
    for (const [path, name] of names)
      if (name !== undefined && hasUnseen(name))
        ctx.addIssue({ code: 'custom', path, message: UNSEEN_IN_NAME });
  });
}

export const exportJobDoorSchema = atDoor(exportJobRequestSchema);
export const operationJobDoorSchema = atDoor(operationJobRequestSchema);

/** What starts a job, checked and with every default filled in. */
export type ExportJobRequest = z.output<typeof exportJobRequestSchema>;
export type CountJobRequest = z.output<typeof countJobRequestSchema>;
export type OperationJobRequest = z.output<typeof operationJobRequestSchema>;

/** The same as people and programs write it: defaults may be left out. */
export type ExportJobInput = z.input<typeof exportJobRequestSchema>;
export type CountJobInput = z.input<typeof countJobRequestSchema>;
export type OperationJobInput = z.input<typeof operationJobRequestSchema>;

/** One sentence a person can act on, naming every field that is wrong. Never quotes a value: it may be privileged. */
export function explainIssues(error: z.ZodError): string {
  return error.issues
    .map((issue) => {
      const field = issue.path.map(String).join('.');
      return field === '' ? issue.message : `${field}: ${issue.message}`;
    })
    .join('; ');
}
