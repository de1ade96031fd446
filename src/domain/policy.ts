import { z } from 'zod';
import { parseDuration } from './duration';
import { JOB_KINDS, JOB_STATES } from './outcome';

// Generated parsers need `new Function`, which a workflow sandbox may refuse.
z.config({ jitless: true });

const duration = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, 'must be a duration like 30s, 10m, 6h or 2d');

/** How many candidates a run may cancel where the file does not say: few, so that a slip of the file stays small. */
export const DEFAULT_MAX_CANCELS = 5;

/** What a stale policy asks for, as people write it in the policies file; every field is in the README. */
export const policySchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 lower-case letters, digits and dashes'),
    /** Time between two runs. Either this or `cron`. */
    every: duration.optional(),
    /** Five fields, in UTC. */
    cron: z.string().optional(),
    /** Every field narrows; an empty match means every open job. */
    match: z
      .strictObject({
        kind: z.enum(JOB_KINDS).optional(),
        state: z.enum(JOB_STATES).exclude(['ENDED']).optional(),
        matter: z.string().optional(),
        tenant: z.string().optional(),
      })
      .default({}),
    /** Since the remote `createTime`; where nothing is created yet, since the job's start. */
    olderThan: duration,
    action: z.enum(['cancel', 'report']),
    /** Forbids the deletion that a job's owner may have allowed. Nothing here can order one. */
    allowDelete: z.literal(false, 'may only be false: a policy cannot order a deletion').optional(),
    /** The most that one run may ask to cancel; were it more, the run asks none and reports. */
    maxCancels: z.int().min(1).max(1000).default(DEFAULT_MAX_CANCELS),
    except: z
      .strictObject({
        matters: z.array(z.string()).default([]),
        jobs: z.array(z.string()).default([]),
        /** Export names; `*` stands for any text. */
        names: z.array(z.string()).default([]),
      })
      .prefault({}),
    dryRun: z.boolean().default(false),
  })
  .refine(({ every, cron }) => (every === undefined) !== (cron === undefined), {
    message: 'needs either every or cron',
  });

/** A policy, checked and with every default filled in. */
export type Policy = z.output<typeof policySchema>;
export type PolicyInput = z.input<typeof policySchema>;
