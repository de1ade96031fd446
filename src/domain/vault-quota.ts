export const QUOTA_POOL_NAMES = [
  'matterReadsOrganization',
  'exportReads',
  'matterReads',
  'operationReads',
  'exportWrites',
  'matterWrites',
  'searchCounts',
] as const;

export type QuotaPool = (typeof QUOTA_POOL_NAMES)[number];

export interface QuotaLimit {
  readonly perMinute: number;
  /** The names in a 429's ErrorInfo; only that of export writes is known from users' reports. */
  readonly limit: string;
  readonly metric: string;
}

/**
 * Vault's published limits, per minute. https://developers.google.com/workspace/vault/limits
 *
 * The page does not say whether the 120 reads of exports, matters and saved queries are one pool or three; the one quota
 * id known from users' reports, `ExportWritesPerMinutePerProject`, suggests one per resource.
 */
export const QUOTA_POOLS: Readonly<Record<QuotaPool, QuotaLimit>> = {
  matterReadsOrganization: {
    perMinute: 600,
    limit: 'MatterReadsPerMinutePerOrganization',
    metric: 'matter_reads',
  },
  exportReads: { perMinute: 120, limit: 'ExportReadsPerMinutePerProject', metric: 'export_reads' },
  matterReads: { perMinute: 120, limit: 'MatterReadsPerMinutePerProject', metric: 'matter_reads' },
  operationReads: {
    perMinute: 300,
    limit: 'LongRunningOperationReadsPerMinutePerProject',
    metric: 'long_running_operation_reads',
  },
  exportWrites: { perMinute: 20, limit: 'ExportWritesPerMinutePerProject', metric: 'export_writes' },
  matterWrites: { perMinute: 60, limit: 'MatterWritesPerMinutePerProject', metric: 'matter_writes' },
  searchCounts: { perMinute: 20, limit: 'SearchCountsPerMinutePerProject', metric: 'search_counts' },
};

export type QuotaCost = Readonly<Partial<Record<QuotaPool, number>>>;

/** Exports in progress in the whole organisation, the Vault web page and other projects included. */
export const RUNNING_EXPORTS_LIMIT = 20;

const MATTER_READ: QuotaCost = { matterReadsOrganization: 1, matterReads: 1 };
const MATTER_WRITE: QuotaCost = { ...MATTER_READ, matterWrites: 1 };

/** What one call takes from which pools; a method that is not here has no published cost. Same source. */
export const METHOD_COSTS = {
  'vault.matters.create': MATTER_WRITE,
  'vault.matters.list': { matterReadsOrganization: 10, matterReads: 10 },
  'vault.matters.get': MATTER_READ,
  'vault.matters.update': MATTER_WRITE,
  'vault.matters.delete': MATTER_WRITE,
  'vault.matters.close': MATTER_WRITE,
  'vault.matters.reopen': MATTER_WRITE,
  'vault.matters.undelete': MATTER_WRITE,
  'vault.matters.count': { searchCounts: 1 },
  // Ten of twenty units: two creations a minute.
  'vault.matters.exports.create': { exportReads: 1, exportWrites: 10 },
  'vault.matters.exports.list': { exportReads: 5 },
  'vault.matters.exports.get': { exportReads: 1 },
  'vault.matters.exports.delete': { exportWrites: 1 },
  'vault.operations.get': { operationReads: 1 },
} as const satisfies { readonly [methodId: string]: QuotaCost };

export function quotaCost(methodId: string): QuotaCost {
  const costs: { readonly [methodId: string]: QuotaCost } = METHOD_COSTS;
  return costs[methodId] ?? {};
}
