import { z } from 'zod';
import { entrySchema, prioritySchema } from './admission-entry';
import { exportQuotasSchema } from './admission-quotas';

export const ADMISSION_WORKFLOW = 'vaultAdmission';
/** Sent by the jobs' own activities. */
export const ADMISSION_SIGNAL = 'report';
export const PLACE_QUERY = 'place';
export const QUEUE_QUERY = 'queue';

/** One queue for each tenant of a deployment. A job's id has no colon, so the two never meet. */
export function admissionId(taskQueue: string, tenant: string): string {
  return `vault-admission:${taskQueue}:${tenant}`;
}

const { jobId, runId, startedAtMs } = entrySchema.options[0].shape;

/** What a job tells the queue. Each is safe to repeat and may come late. */
export const admissionReportSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('JOIN'),
    jobId,
    runId,
    startedAtMs,
    priority: prioritySchema,
    /** The activity that waits, where it can be told that its turn has come. */
    stepId: z.string().max(1000).optional(),
    /** For a queue of before, that took them from here: today's has them from its census, which is our own worker's. */
    quotas: exportQuotasSchema.optional().catch(undefined),
  }),
  /** Its export is in progress: made, found, or adopted. */
  z.object({ type: z.literal('STARTED'), jobId, runId, startedAtMs }),
  /** Vault refused the create: as many exports run as may. */
  z.object({ type: z.literal('FULL'), jobId }),
  /** A create went out and did not make an export for certain; the job will ask for another turn. */
  z.object({ type: z.literal('NOT_STARTED'), jobId, mayHoldSlot: z.boolean() }),
  /** It has ended, or never needs a turn again. */
  z.object({ type: z.literal('LEFT'), jobId }),
]);
export type AdmissionReport = z.output<typeof admissionReportSchema>;

/** What stands in the way of those who wait. */
const heldSlotsSchema = z.object({
  held: z.number(),
  slots: z.number(),
  /** Of the held: whose jobs cannot tell whether their exports run. */
  inDoubt: z.number(),
  /** When one more is tried all the same. */
  triedAtMs: z.number().exactOptional(),
});
export type HeldSlots = z.output<typeof heldSlotsSchema>;

/** Where a job stands, as the queue answers it. Positions count from 1. */
export const placeSchema = z.discriminatedUnion('type', [
  /** ISO: until when the turn stands for certain. */
  z.object({ type: z.literal('ADMITTED'), until: z.iso.datetime() }),
  /** By this very run's own word: who asks has been overtaken. */
  z.object({ type: z.literal('RUNNING') }),
  z.object({
    type: z.literal('WAITING'),
    position: z.number(),
    waiting: z.number(),
    expectedAtMs: z.number().exactOptional(),
    changesAtMs: z.number().exactOptional(),
    held: heldSlotsSchema.exactOptional(),
  }),
  z.object({ type: z.literal('UNKNOWN') }),
]);
export type Place = z.output<typeof placeSchema>;

/** The whole queue, for whoever looks at it. */
export interface QueueView {
  /** Exports the jobs may have in progress now. Below `configured` while Vault says that it is full. */
  capacity: number;
  configured: number;
  holding: string[];
  /** In the order in which they will start. */
  waiting: { jobId: string; priority: number; expectedAtMs?: number }[];
}
