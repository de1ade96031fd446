import type { VaultClient } from '../src/vault/vault-client';
import type { VaultExport } from '../src/vault/export';
import type { VaultOperation } from '../src/vault/operation';
import type { ListOf } from './walk';

export const PAGE_SIZE = 100;

/** Every export of a matter. Five units a page. */
export function exportsOf(
  vault: Pick<VaultClient, 'listExports'>,
  matterId: string,
  timeoutMs: number,
): ListOf<VaultExport> {
  return {
    pool: 'exports',
    pageUnits: 5,
    pagesAnAttempt: 3,
    noun: 'exports',
    idOf: ({ id }) => id,
    read: async (pageToken) => {
      const page = await vault.listExports(matterId, pageRequest(pageToken), { timeoutMs });
      return { items: page.exports, next: page.nextPageToken };
    },
  };
}

/** Every operation the caller may see. Google publishes no price of a page; it is taken for one read. */
export function operationsOf(
  vault: Pick<VaultClient, 'listOperations'>,
  timeoutMs: number,
): ListOf<VaultOperation> {
  return {
    pool: 'operations',
    pageUnits: 1,
    pagesAnAttempt: 8,
    noun: 'operations',
    idOf: ({ name }) => name,
    read: async (pageToken) => {
      const page = await vault.listOperations(pageRequest(pageToken), { timeoutMs });
      return { items: page.operations, next: page.nextPageToken };
    },
  };
}

function pageRequest(pageToken: string | undefined) {
  return { pageSize: PAGE_SIZE, ...(pageToken !== undefined && { pageToken }) };
}
