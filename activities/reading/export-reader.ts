import DataLoader from 'dataloader';
import type { Freshness } from '../../src/domain/watch';
import type { Ledger } from '../../src/ledger/ledger';
import type { VaultClient } from '../../src/vault/vault-client';
import { MatterReader, readAlone } from './matter-reader';
import type { ExportLook, ExportReading } from './matter-reader';
import { sharedThroughLedger } from './shared-readings';

/** The one door through which a worker looks at exports. */
export interface ExportReader {
  read(look: {
    tenant: string;
    matterId: string;
    exportId: string;
    freshness: Freshness;
    timeoutMs: number;
  }): Promise<ExportReading>;
}

export interface ExportReaderOptions {
  vaultFor: (tenant: string) => VaultClient;
  ledger: Pick<Ledger, 'readings' | 'shareReadings'>;
  /** Tells this worker from the others on the same ledger. */
  worker: string;
  standBackMs?: number;
}

/** Looks due at one tick reach a worker within this of each other. */
const GATHER_MS = 150;
/** Matters whose readers are kept; the one that was looked at longest ago goes first. */
const MAX_MATTERS = 1000;

type MatterLoader = DataLoader<ExportLook, ExportReading>;

/** Answers looks at one matter that fall together with one list, where that is cheaper than reading each. */
export function createExportReader(options: ExportReaderOptions): ExportReader {
  const { vaultFor } = options;
  const loaders = new Map<string, MatterLoader>();

  function loaderFor(tenant: string, matterId: string): MatterLoader {
    const key = JSON.stringify([tenant, matterId]);
    const loader = loaders.get(key) ?? createLoader(options, tenant, matterId);
    // Last in the map is last looked at.
    loaders.delete(key);
    loaders.set(key, loader);
    const [oldest] = loaders.keys();
    if (loaders.size > MAX_MATTERS && oldest !== undefined) loaders.delete(oldest);
    return loader;
  }

  return {
    read: async ({ tenant, matterId, exportId, freshness, timeoutMs }) => {
      switch (freshness.type) {
        case 'ALONE':
          return readAlone(vaultFor(tenant), matterId, exportId, timeoutMs);
        case 'NOW':
          return loaderFor(tenant, matterId).load({ exportId, timeoutMs });
        case 'SINCE':
          return loaderFor(tenant, matterId).load({ exportId, timeoutMs, sinceMs: freshness.sinceMs });
      }
    },
  };
}

function createLoader(options: ExportReaderOptions, tenant: string, matterId: string): MatterLoader {
  const { vaultFor, ledger, worker, standBackMs } = options;
  const shared = sharedThroughLedger(ledger, {
    worker,
    tenant,
    ...(standBackMs !== undefined && { standBackMs }),
  });
  const reader = new MatterReader(matterId, () => vaultFor(tenant), shared);
  return new DataLoader((looks) => reader.answer(looks), {
    // What one look was answered with is no answer to the next.
    cache: false,
    batchScheduleFn: (answer) => setTimeout(answer, GATHER_MS),
  });
}
