import type { VaultJobsClient } from '../../src/client';
import type { ActivityDeps } from '../deps';

/** What a scan reaches the world through. */
export interface OrphanDeps extends Pick<ActivityDeps, 'vaultFor' | 'ledger' | 'identity' | 'isOpen'> {
  jobs: Pick<VaultJobsClient, 'startExport' | 'requestCancel'>;
}
