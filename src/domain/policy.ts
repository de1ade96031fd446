import { z } from 'zod';
import { DURATION, parseDuration } from './duration';
import { isJsonObject } from './json';
import { JOB_KINDS, JOB_STATES } from './outcome';

// Generated parsers need `new Function`, which a workflow sandbox may refuse.
z.config({ jitless: true });

const duration = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, 'must be a duration like 30s, 10m, 6h or 2d')
  .meta({ pattern: DURATION.source, examples: ['30s', '10m', '6h', '2d'] });

/** Temporal's schedules know no shorter interval. */
const MIN_EVERY_MS = 1000;

/** How many candidates a run may cancel where the file does not say: few, so that a slip of the file stays small. */
export const DEFAULT_MAX_CANCELS = 5;

const id = z.string().min(1, 'must not be empty').max(1000);

export const policyNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 lower-case letters, digits and dashes');

/** What a stale policy asks for, as people write it in the policies file; every field is in the README. */
export const policySchema = z
  .strictObject({
    name: policyNameSchema.describe('Names the policy and its schedule; another name is another policy.'),
    every: duration
      .refine((text) => (parseDuration(text) ?? MIN_EVERY_MS) >= MIN_EVERY_MS, 'must be at least 1s')
      .optional()
      .describe('The time between two runs. Either this or cron.'),
    cron: z
      .string()
      .optional()
      .describe('When to run: minute, hour, day, month and weekday, in UTC. Either this or every.'),
    match: z
      .strictObject({
        kind: z.enum(JOB_KINDS).optional().describe('Only jobs of this kind.'),
        state: z.enum(JOB_STATES).exclude(['ENDED']).optional().describe('Only jobs in this state.'),
        matter: id.optional().describe('Only jobs of the matter with this id.'),
        tenant: id.optional().describe('Only jobs of this tenant.'),
      })
      .default({})
      .describe('Every field narrows; an empty match means every open job.'),
    olderThan: duration.describe(
      'Since Vault made the export or operation; for a job that has made nothing yet, since its start.',
    ),
    action: z
      .enum(['cancel', 'report'], 'must be cancel or report')
      .describe('cancel asks stale jobs to cancel; report only names them.'),
    allowDelete: z
      .literal(false, 'may only be false: a policy cannot order a deletion')
      .optional()
      .describe(
        'false forbids the deletion that a job’s owner may have allowed. Nothing here can order one.',
      ),
    maxCancels: z
      .int()
      .min(1)
      .max(1000)
      .default(DEFAULT_MAX_CANCELS)
      .describe('The most that one run may ask to cancel; were it more, the run asks none and reports.'),
    waitFor: duration
      .default('5m')
      .describe('How long a run waits to report what became of its requests. They stand in any case.'),
    except: z
      .strictObject({
        matters: z.array(id).default([]).describe('Ids of matters.'),
        jobs: z.array(id).default([]).describe('Ids of jobs.'),
        names: z.array(id).default([]).describe('Names of exports; * stands for any text, case is ignored.'),
      })
      .prefault({})
      .describe('Jobs that are left alone whatever their age.'),
    dryRun: z.boolean().default(false).describe('true reports what would be asked, and asks nothing.'),
  })
  .refine(({ every, cron }) => (every === undefined) !== (cron === undefined), {
    message: 'needs either every or cron',
    // Beside other problems, so that all are told at once.
    when: ({ value }) => isJsonObject(value),
  })
  .meta({ oneOf: [{ required: ['every'] }, { required: ['cron'] }] });

/** A policy, checked and with every default filled in. */
export type Policy = z.output<typeof policySchema>;
export type PolicyInput = z.input<typeof policySchema>;

/** What starts one run. The schedule is looked up before anything is asked: it may say otherwise by then. */
export const policyRunInputSchema = z.strictObject({ scheduleId: id, policy: policySchema });
export type PolicyRunInput = z.output<typeof policyRunInputSchema>;

/** Milliseconds of a duration that the schema has checked. */
export function checkedMs(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new Error('A duration was not checked');
  return ms;
}
