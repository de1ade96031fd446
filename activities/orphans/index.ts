import { adoptOrphan } from './adopt-orphan';
import type { OrphanDeps } from './deps';
import { findOwners } from './find-owners';
import { listExports } from './list-exports';
import { listMatters } from './list-matters';

/** The steps of a scan for orphans; each is safe to repeat. */
export function createOrphanActivities(deps: OrphanDeps) {
  const bind =
    <I, R>(step: (deps: OrphanDeps, input: I) => Promise<R>) =>
    (input: I): Promise<R> =>
      step(deps, input);
  return {
    adoptOrphan: bind(adoptOrphan),
    findOwners: bind(findOwners),
    listExports: bind(listExports),
    listMatters: bind(listMatters),
  };
}

export type OrphanActivities = ReturnType<typeof createOrphanActivities>;
