import type { ChildSnapshot } from '../../src/domain/snapshot';
import type { VaultClient } from '../../src/vault/vault-client';
import { exportsOf } from '../pages';
import { walk } from '../walk';
import type { Walked, Walker, WalkState } from '../walk';

/** What a look for children keeps while it walks. */
export interface ChildrenState extends WalkState {
  /** Those that the pages so far have shown. */
  childrenSoFar?: ChildSnapshot[];
}

export type Children =
  { type: 'READ'; children: ChildSnapshot[] } | Extract<Walked, { type: 'LOOK_AGAIN' | 'FAILED' }>;

/** An export with linked Drive files spawns others that name it as their parent; only the list shows them. */
export async function childrenOf(
  vault: Pick<VaultClient, 'listExports'>,
  { matterId, exportId, timeoutMs }: { matterId: string; exportId: string; timeoutMs: number },
  state: ChildrenState,
  walker: Walker,
): Promise<Children> {
  if (state.walk === undefined) delete state.childrenSoFar;
  const found = new Map(state.childrenSoFar?.map((child) => [child.exportId, child]));
  const walked = await walk(
    exportsOf(vault, matterId, timeoutMs),
    state,
    (listed) => {
      if (listed.parentExportId === exportId)
        found.set(listed.id, { exportId: listed.id, status: listed.status });
      return false;
    },
    // As many may end at once as are adopted at once.
    { ...walker, pacesFirstPage: true },
  );
  const children = [...found.values()];
  if (walked.type === 'WHOLE' || walked.type === 'STOPPED') {
    delete state.childrenSoFar;
    return { type: 'READ', children };
  }
  if (children.length > 0) state.childrenSoFar = children;
  return walked;
}
