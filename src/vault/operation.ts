import { z } from 'zod';
import { countResultSchema, type CountResult } from './count-result';
import { presentableMessage } from './server-message';
import { idText, listOf, optionalText, timestampText, withoutAbsent } from './wire';

export interface VaultOperation {
  name: string;
  done: boolean;
  /** `code` is a google.rpc.Code number, not an HTTP status: 1 is CANCELLED. */
  error?: { code: number; message: string };
  /** Set only for a response that says it is a count: a missing count is never a zero. */
  count?: CountResult;
  hasResponse: boolean;
  metadata: OperationMetadata;
}

export interface OperationMetadata {
  matterId?: string;
  exportId?: string;
  startTime?: string;
  endTime?: string;
  /** As the server sent it, to compare with one's own. It holds addresses and terms: do not log or record it. */
  query?: unknown;
}

export interface OperationPage {
  operations: VaultOperation[];
  nextPageToken?: string;
}

/** Metadata is service-specific: what is not as expected is as good as absent. */
const metadataText = optionalText.catch(undefined);
const metadataId = idText.optional().catch(undefined);
const metadataTime = timestampText.catch(undefined);

const metadataSchema = z
  .object({
    '@type': metadataText,
    matterId: metadataId,
    exportId: metadataId,
    startTime: metadataTime,
    endTime: metadataTime,
    query: z.unknown(),
  })
  .partial()
  .nullish();

const errorSchema = z
  .object({ code: z.number().int().nullish(), message: optionalText })
  .transform(({ code, message }) => ({ code: code ?? 0, message: presentableMessage(message ?? '') }));

export const operationSchema = z
  .object({
    name: idText,
    done: z.boolean().nullish(),
    error: errorSchema.nullish(),
    response: z.looseObject({}).nullish(),
    metadata: metadataSchema,
  })
  .transform((wire, ctx): VaultOperation => {
    const { '@type': metadataType, ...metadata } = wire.metadata ?? {};
    return withoutAbsent({
      name: wire.name,
      done: wire.done ?? false,
      error: wire.error ?? undefined,
      count:
        wire.response && isCount(wire.response, metadataType) ? readCount(wire.response, ctx) : undefined,
      hasResponse: wire.response !== undefined && wire.response !== null,
      metadata: withoutAbsent(metadata),
    });
  });

export const operationPageSchema = z
  .object({ operations: listOf(operationSchema), nextPageToken: optionalText })
  .transform((page): OperationPage => withoutAbsent(page));

/** A count of nothing is an empty response, so its fields alone cannot tell what it is. */
function isCount(response: Record<string, unknown>, metadataType: string | undefined): boolean {
  const type = response['@type'];
  if (typeof type === 'string') return type.endsWith('CountArtifactsResponse');
  if (metadataType !== undefined) return metadataType.endsWith('CountArtifactsMetadata');
  return ['totalCount', 'mailCountResult', 'groupsCountResult'].some((field) => field in response);
}

function readCount(response: unknown, ctx: z.RefinementCtx): CountResult | undefined {
  const count = countResultSchema.safeParse(response);
  if (count.success) return count.data;
  for (const { path } of count.error.issues)
    ctx.addIssue({ code: 'custom', path: ['response', ...path], message: 'is not a count' });
  return undefined;
}
