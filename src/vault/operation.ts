import { z } from 'zod';
import { isJsonObject } from '../domain/json';
import { countResultSchema, type CountResult } from './count-result';
import { presentableMessage } from './server-message';
import { idOrAbsent, idText, listOf, optionalText, textOrAbsent, timeOrAbsent, withoutAbsent } from './wire';

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
  /** Its type says that it is a count, whatever else it says. */
  isCount?: true;
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
const metadataSchema = z
  .object({
    '@type': textOrAbsent,
    matterId: idOrAbsent,
    exportId: idOrAbsent,
    startTime: timeOrAbsent,
    endTime: timeOrAbsent,
    query: z.unknown().optional(),
  })
  .partial()
  .nullish()
  .catch(undefined);

/** Its code alone tells a cancel from a failure. */
const errorSchema = z
  .object({ code: z.number().int().nullish(), message: textOrAbsent })
  .transform(({ code, message }) => ({ code: code ?? 0, message: presentableMessage(message ?? '') }));

export const operationSchema = z
  .object({
    name: idText,
    done: z.boolean().nullish(),
    error: errorSchema.nullish(),
    // Whether there is one tells how it ended; what is in it may be anything.
    response: z.unknown().optional(),
    metadata: metadataSchema,
  })
  .transform((wire): VaultOperation => {
    const { '@type': metadataType, ...metadata } = wire.metadata ?? {};
    const { response } = wire;
    return withoutAbsent({
      name: wire.name,
      done: wire.done ?? false,
      error: wire.error ?? undefined,
      count: isJsonObject(response) && isCount(response, metadataType) ? readCount(response) : undefined,
      hasResponse: response !== undefined && response !== null,
      metadata: withoutAbsent({
        ...metadata,
        isCount: metadataType?.endsWith('CountArtifactsMetadata') ? (true as const) : undefined,
      }),
    });
  });

/** A list is for finding: how an operation stands is read by itself, and must not hide the others. */
const listedOperationSchema = z.union([
  operationSchema,
  z.object({ name: z.string().min(1), metadata: metadataSchema }).transform(({ name, metadata }) => {
    const { '@type': _type, ...known } = metadata ?? {};
    return { name, done: false, hasResponse: false, metadata: withoutAbsent(known) };
  }),
]);

export const operationPageSchema = z
  .object({ operations: listOf(listedOperationSchema), nextPageToken: optionalText })
  .transform((page): OperationPage => withoutAbsent(page));

/** A count of nothing is an empty response, so its fields alone cannot tell what it is. */
function isCount(response: Record<string, unknown>, metadataType: string | undefined): boolean {
  const type = response['@type'];
  if (typeof type === 'string') return type.endsWith('CountArtifactsResponse');
  if (metadataType !== undefined) return metadataType.endsWith('CountArtifactsMetadata');
  return ['totalCount', 'mailCountResult', 'groupsCountResult'].some((field) => field in response);
}

function readCount(response: unknown): CountResult | undefined {
  return countResultSchema.safeParse(response).data;
}
