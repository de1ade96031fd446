import type { Client } from '@temporalio/client';
import type { ActivityDeps } from '../../activities/deps';
import type { OrphanDeps } from '../../activities/orphans/deps';
import { createVaultJobsClient } from '../client';

/** A scan for orphans asks Temporal who is alive, and starts jobs for what nobody owns. */
export function orphanDeps(
  deps: ActivityDeps,
  temporal: Client,
  taskQueue: string,
): (tenant: string) => OrphanDeps {
  const { ledgerFor = () => deps.ledger } = deps;
  return (tenant) => {
    const ledger = ledgerFor(tenant);
    return {
      ...deps,
      ledger,
      jobs: createVaultJobsClient({ temporal, taskQueue, ledger }),
    };
  };
}
