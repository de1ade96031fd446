import { adoptOrphan } from './adopt-orphan';
import type { OrphanDeps } from './deps';
import { findOwners } from './find-owners';
import { listExports } from './list-exports';
import { listMatters } from './list-matters';

/** The steps of a scan for orphans, each on its tenant's Vault and ledger; each is safe to repeat. */
export function createOrphanActivities(depsOf: (tenant: string) => OrphanDeps) {
  const bind =
    <I extends { tenant: string }, R>(step: (deps: OrphanDeps, input: I) => Promise<R>) =>
    async (input: I): Promise<R> =>
      step(depsOf(input.tenant), input);
  return {
    adoptOrphan: bind(adoptOrphan),
    findOwners: bind(findOwners),
    listExports: bind(listExports),
    listMatters: bind(listMatters),
  };
}

export type OrphanActivities = ReturnType<typeof createOrphanActivities>;
