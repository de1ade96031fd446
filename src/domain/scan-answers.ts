import { z } from 'zod';

// Generated parsers need `new Function`, which a workflow sandbox may refuse.
z.config({ jitless: true });

/*
 * What the steps of a scan for orphans and of a policy's run may answer: as much of it as these go by. Recorded answers are
 * read again in every replay: a schema here is only ever widened.
 */

const id = z.string().min(1);
const gone = z.array(z.object({ jobId: id, matterId: id, exportId: id }));

export const mattersPageAnswer = z.object({ matterIds: z.array(id), nextPageToken: id.optional() });

export const exportsPageAnswer = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('READ'),
    inProgress: z.array(z.object({ exportId: id, name: z.string() })),
    unseen: gone,
    nextPageToken: id.optional(),
  }),
  z.object({ type: z.literal('UNREADABLE'), detail: z.string() }),
]);

export const ownershipAnswer = z.object({
  orphans: z.array(z.object({ matterId: id, exportId: id, name: z.string() })),
  gone,
});

export const adoptedByAnswer = id;

export const surveyAnswer = z.object({
  matched: z.number(),
  counts: z.record(z.string(), z.number().optional()),
  candidates: z.array(z.object({ jobId: id, since: z.string(), standing: z.object({ type: z.string() }) })),
});

const sentence = z.object({ type: z.string() });

export const askedAnswer = z.array(
  z.union([
    z.object({ type: z.literal('ASKED'), jobId: id }),
    z.object({ type: z.literal('NOT_ASKED'), jobId: id, sentence }),
  ]),
);

export const followedAnswer = z.array(z.object({ jobId: id, sentence }));
