import type { VaultJobsClient } from '../../src/client';
import type { ActivityDeps } from '../deps';

/** What a scan reaches the world through. */
export interface OrphanDeps extends Pick<ActivityDeps, 'vaultFor' | 'ledger' | 'identity'> {
  jobs: Pick<VaultJobsClient, 'startExport' | 'requestCancel'>;
  /** Whether the job's workflow runs, as Temporal knows it at this moment. */
  isOpen: (jobId: string) => Promise<boolean>;
}
