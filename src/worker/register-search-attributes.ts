import { isGrpcServiceError } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes';

/** The gRPC code; its enum would have to be imported from the transport. */
const PERMISSION_DENIED = 7;

/** temporal.api.enums.v1.IndexedValueType */
export const INDEXED_VALUE_TYPE = { KEYWORD: 2, DATETIME: 6 } as const;

/**
 * Makes the namespace know the attributes jobs are found by. Registering again changes nothing. A user who
 * may not (Temporal Cloud) has registered them beforehand, or learns it from the first start.
 */
export async function registerSearchAttributes(
  connection: Connection | NativeConnection,
  namespace: string,
): Promise<void> {
  try {
    await registerMissing(connection, namespace);
  } catch (error) {
    const code: number | undefined = isGrpcServiceError(error) ? error.code : undefined;
    if (code !== PERMISSION_DENIED) throw error;
  }
}

async function registerMissing(connection: Connection | NativeConnection, namespace: string): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = SEARCH_ATTRIBUTES.filter(({ name }) => !(name in customAttributes));
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(
    missing.map(({ name, type }) => [name, INDEXED_VALUE_TYPE[type]]),
  );
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
}
