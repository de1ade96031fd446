import { setTimeout as delay } from 'node:timers/promises';
import { isGrpcServiceError } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes';

/** gRPC codes; their enum would have to be imported from the transport. */
const INVALID_ARGUMENT = 3;
const PERMISSION_DENIED = 7;

/** A server looks again which attributes a namespace has at least every minute, and refuses starts until it has. */
const KNOWN_WITHIN_MS = 90_000;
const LOOK_AGAIN_MS = 250;

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
    if (codeOf(error) !== PERMISSION_DENIED) throw error;
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
  const query = missing.map(({ name }) => `${name} IS NULL`).join(' AND ');
  const giveUpAt = Date.now() + KNOWN_WITHIN_MS;
  while (!(await takes(connection, namespace, query)) && Date.now() < giveUpAt) await delay(LOOK_AGAIN_MS);
}

async function takes(
  connection: Connection | NativeConnection,
  namespace: string,
  query: string,
): Promise<boolean> {
  try {
    await connection.workflowService.countWorkflowExecutions({ namespace, query });
    return true;
  } catch (error) {
    if (codeOf(error) !== INVALID_ARGUMENT) throw error;
    return false;
  }
}

function codeOf(error: unknown): number | undefined {
  return isGrpcServiceError(error) ? error.code : undefined;
}
