import { z } from 'zod';

/** Temporal's own scale: 1 goes first. https://docs.temporal.io/task-queue-priority-fairness */
export const PRIORITIES = { first: 1, usual: 3, last: 5 } as const;
export const prioritySchema = z
  .number('must be a whole number from 1 (first) to 5 (last)')
  .int('must be a whole number from 1 (first) to 5 (last)')
  .min(PRIORITIES.first, 'must be a whole number from 1 (first) to 5 (last)')
  .max(PRIORITIES.last, 'must be a whole number from 1 (first) to 5 (last)')
  .default(PRIORITIES.usual);

const id = z.string().min(1).max(1000);
const ms = z.number().int().min(0);

const whoShape = {
  jobId: id,
  runId: id,
  priority: prioritySchema,
  /** When the job was started: who came first goes first, whatever happened to the queue since. */
  startedAtMs: ms,
};

/** True where a create went out whose answer is not known: its export may well hold a slot. */
const mayHoldSlot = z.boolean();
/** Since when nobody can tell whether it holds its slot: its matter cannot be read, most often. */
const unconfirmedSinceMs = ms.exactOptional();

/** One job, as the queue knows it. A job has one export, so it is here once, whichever of its runs asks. */
export const entrySchema = z.discriminatedUnion('standing', [
  /** In the queue. `stepId` names the activity that waits for the turn, where one does. */
  z.object({
    ...whoShape,
    standing: z.literal('WAITING'),
    joinedAtMs: ms,
    stepId: id.optional(),
    mayHoldSlot,
  }),
  /** It has the turn: one create may go out. */
  z.object({ ...whoShape, standing: z.literal('ADMITTED'), admittedAtMs: ms, mayHoldSlot }),
  /** Its turn is used up and it has not asked for another: an outage, most often. */
  z.object({ ...whoShape, standing: z.literal('AWAY'), mayHoldSlot, unconfirmedSinceMs }),
  /** Its export runs in Vault. `told`: that run said so itself. A census goes by what a reset does not take back. */
  z.object({
    ...whoShape,
    standing: z.literal('RUNNING'),
    sinceMs: ms,
    told: z.boolean().optional(),
    unconfirmedSinceMs,
  }),
]);
export type Entry = z.output<typeof entrySchema>;
export type Waiting = Extract<Entry, { standing: 'WAITING' }>;
export type Admitted = Extract<Entry, { standing: 'ADMITTED' }>;

/** What stays the same of an entry, however it stands. */
export type Who = Pick<Entry, 'jobId' | 'runId' | 'priority' | 'startedAtMs'>;

export function who({ jobId, runId, priority, startedAtMs }: Who): Who {
  return { jobId, runId, priority, startedAtMs };
}

/**
 * A UUID and a number are what runs and activities have. The queue's state is one payload of its workflow: what is longer
 * is no report of ours, whatever the state had room for.
 */
const MAX_OWN_ID = 100;
/** Bytes that a job's id may take before it counts among the few long ones; ours have at most 200. */
const LONG_JOB_ID_BYTES = 300;

export function isOurs({ runId, stepId = '' }: { runId: string; stepId?: string | undefined }): boolean {
  return [runId, stepId].every((text) => text.length <= MAX_OWN_ID && /^[\w-]*$/.test(text));
}

/** Also where its characters take more than a byte each as JSON. */
export function hasLongId({ jobId }: Pick<Who, 'jobId'>): boolean {
  return jobId.length > LONG_JOB_ID_BYTES || !/^[\w.:-]*$/.test(jobId);
}

/** First in, first out within a priority. */
export function inOrder(a: Entry, b: Entry): number {
  return a.priority - b.priority || a.startedAtMs - b.startedAtMs || (a.jobId < b.jobId ? -1 : 1);
}

export function doubtedSinceMs(entry: Entry): number | undefined {
  return entry.standing === 'RUNNING' || (entry.standing === 'AWAY' && entry.mayHoldSlot)
    ? entry.unconfirmedSinceMs
    : undefined;
}

export function holdsSlot(entry: Entry): boolean {
  switch (entry.standing) {
    case 'RUNNING':
    case 'ADMITTED':
      return true;
    case 'WAITING':
    case 'AWAY':
      return entry.mayHoldSlot;
  }
}
