import { z } from 'zod';
import { DISPOSITIONS, OUTCOMES } from './outcome';
import { recallSchema, recalledSchema } from './recalled';

// Generated parsers need `new Function`, which a workflow sandbox may refuse.
z.config({ jitless: true });

/*
 * What each step of a job may answer. Whoever may complete an activity can give any result to it, so the workflow takes
 * one only if it has this shape; with another the step runs again. Recorded answers are read again in every replay: a
 * schema here is only ever widened. Fields that are not named pass, for what a newer worker adds.
 */

const text = z.string();
const id = z.string().min(1);
const time = z.string().refine((value) => !Number.isNaN(Date.parse(value)), 'must be a time');
const count = z.number().min(0);

const exportStatus = z.enum(['IN_PROGRESS', 'COMPLETED', 'FAILED', 'UNKNOWN']);

const exportSnapshot = z.object({
  readAt: time,
  status: exportStatus,
  rawStatus: text,
  createTime: text.optional(),
  exportedArtifactCount: z.number().optional(),
  totalArtifactCount: z.number().optional(),
  sizeInBytes: z.number().optional(),
  fileCount: z.number(),
});

const operationSnapshot = z.object({
  readAt: time,
  done: z.boolean(),
  error: z.object({ code: z.number() }).optional(),
  hasResponse: z.boolean(),
  count: z
    .object({
      totalCount: z.number(),
      queriedAccountsCount: z.number().optional(),
      matchingAccountsCount: z.number().optional(),
      accountErrors: z.array(z.object({ errorType: text, count: z.number() })),
      nonQueryableAccounts: z.number(),
    })
    .optional(),
});

/** Only what a watch can prove: the rest is for the workflow alone to say. */
const watchProof = z.discriminatedUnion('type', [
  z.object({ type: z.literal('EXPORT_COMPLETED') }),
  z.object({ type: z.literal('EXPORT_FAILED') }),
  z.object({
    type: z.literal('OPERATION_CANCELLED'),
    exportStatus: exportStatus.or(z.literal('GONE')).optional(),
  }),
  z.object({ type: z.literal('OPERATION_SUCCEEDED') }),
  z.object({ type: z.literal('OPERATION_FAILED') }),
  z.object({ type: z.literal('OPERATION_DONE_WITHOUT_RESULT') }),
  z.object({ type: z.literal('GONE'), expired: z.boolean() }),
]);

export const evidenceAnswer = z.object({
  proof: watchProof,
  export: exportSnapshot.optional(),
  operation: operationSnapshot.optional(),
  children: z.array(z.object({ exportId: id, status: exportStatus })),
});

/** The id is another job's. */
const idTaken = z.object({ type: z.literal('ID_TAKEN'), detail: text, state: text.optional() });

/** What earlier runs were asked and did comes along. */
const recalled = { recalled: recalledSchema.optional() };

const refused = z.object({ type: z.literal('REFUSED'), detail: text });

export const turnAnswer = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ADMITTED'), until: time }),
  z.object({ type: z.literal('LOOK_FIRST') }),
]);

export const createdExportAnswer = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['CREATED', 'FOUND']), exportId: id, createTime: time, ...recalled }),
  refused.extend(recalled),
  z.object({ type: z.literal('ABSENT'), ...recalled }),
  idTaken,
]);

export const startedCountAnswer = z.discriminatedUnion('type', [
  z.object({
    type: z.enum(['CREATED', 'FOUND']),
    operationName: id,
    createTime: time,
    possibleOrphans: count,
    ...recalled,
  }),
  refused.extend(recalled),
  z.object({ type: z.literal('ABSENT'), ...recalled }),
  z.object({
    type: z.literal('UNKNOWABLE'),
    possibleOrphans: count,
    candidates: z.array(text).optional(),
    ...recalled,
  }),
  idTaken,
]);

export const adoptedExportAnswer = z.discriminatedUnion('type', [
  z.object({ type: z.literal('FOUND'), exportId: id, createTime: time, name: text.optional(), ...recalled }),
  refused,
  idTaken,
]);

export const adoptedOperationAnswer = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('FOUND'),
    operationName: id,
    matterId: id.optional(),
    createTime: time,
    ...recalled,
  }),
  refused,
  idTaken,
]);

export const foundLinkAnswer = z.discriminatedUnion('type', [
  z.object({ type: z.literal('FOUND'), operationName: id }),
  z.object({ type: z.enum(['NONE', 'UNIMPLEMENTED', 'NOT_ASKED']) }),
]);

export const cancelAnswer = z.object({
  type: z.enum(['ACCEPTED', 'UNSUPPORTED', 'ALREADY_FINISHED', 'NOT_FOUND', 'REFUSED']),
  detail: text,
  sentAt: time,
  answeredAt: time,
});

export const deleteAnswer = z.discriminatedUnion('type', [
  z.object({ type: z.literal('DELETED') }),
  z.object({ type: z.literal('LEFT_ALONE'), status: text }),
  z.object({ type: z.literal('GONE_ALREADY') }),
  refused,
]);

/** The record that was to be stored, with what the ledger counted; no other. */
export const recordAnswer = z.object({
  jobId: id,
  startedAt: time,
  outcome: z.enum(OUTCOMES).optional(),
  polls: z.number().optional(),
  cancel: z.object({
    disposition: z.enum(DISPOSITIONS),
    requests: z.array(z.unknown()),
    requestsTotal: z.number(),
    attempts: z.number().optional(),
  }),
});

export const recallAnswer = recallSchema;

/** Older workers answer nothing. */
export const nativeCancelAnswer = z
  .object({ requestedBy: text.optional(), reason: text.optional() })
  .nullish();

/** Of a step that only writes. */
export const nothingAnswer = z.void();
