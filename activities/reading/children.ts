import type { ChildSnapshot } from '../../src/domain/snapshot';
import type { VaultClient } from '../../src/vault/vault-client';
import { allExports } from '../pages';

/** An export with linked Drive files spawns others that name it as their parent; only the list shows them. */
export async function childrenOf(
  vault: Pick<VaultClient, 'listExports'>,
  matterId: string,
  exportId: string,
  timeoutMs: number,
): Promise<ChildSnapshot[]> {
  const children: ChildSnapshot[] = [];
  for await (const listed of allExports(vault, matterId, timeoutMs)) {
    if (listed.parentExportId === exportId) children.push({ exportId: listed.id, status: listed.status });
  }
  return children;
}
