import type { VaultClient } from '../src/vault/vault-client';
import type { VaultExport } from '../src/vault/export';
import type { VaultOperation } from '../src/vault/operation';

export const PAGE_SIZE = 100;
/** A list that never ends is a fault of the server's; nobody has this many. */
const MAX_PAGES = 500;

/** Every export of a matter, page by page. One request per page. */
export function allExports(
  vault: Pick<VaultClient, 'listExports'>,
  matterId: string,
  timeoutMs: number,
): AsyncGenerator<VaultExport> {
  return allPages(async (pageToken) => {
    const page = await vault.listExports(matterId, { pageSize: PAGE_SIZE, ...pageToken }, { timeoutMs });
    return { items: page.exports, next: page.nextPageToken };
  });
}

/** Every operation the caller may see. One request per page. */
export function allOperations(vault: VaultClient, timeoutMs: number): AsyncGenerator<VaultOperation> {
  return allPages(async (pageToken) => {
    const page = await vault.listOperations({ pageSize: PAGE_SIZE, ...pageToken }, { timeoutMs });
    return { items: page.operations, next: page.nextPageToken };
  });
}

async function* allPages<T>(
  read: (token: { pageToken?: string }) => Promise<{ items: T[]; next: string | undefined }>,
): AsyncGenerator<T> {
  let token: { pageToken?: string } = {};
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const { items, next } = await read(token);
    yield* items;
    if (next === undefined) return;
    token = { pageToken: next };
  }
  throw new Error(`The list has more than ${MAX_PAGES} pages`);
}
