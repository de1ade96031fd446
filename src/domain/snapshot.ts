/**
 * What a job keeps of a remote reading: enough to prove an ending, nothing confidential.
 * No query, no addresses, no export name, no object names.
 */
export interface ExportSnapshot {
  readAt: string;
  /** `UNKNOWN` stands for a value this version does not know; `rawStatus` keeps it. It is never an ending. */
  status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED' | 'UNKNOWN';
  rawStatus: string;
  createTime?: string;
  /** Numbers are absent where Vault's could not be read. */
  exportedArtifactCount?: number;
  totalArtifactCount?: number;
  sizeInBytes?: number;
  fileCount: number;
}

export interface OperationSnapshot {
  readAt: string;
  done: boolean;
  /** google.rpc.Code number, not an HTTP status: 1 is CANCELLED. Its message may quote the query, so it stays out. */
  error?: { code: number };
  hasResponse: boolean;
  count?: CountSnapshot;
}

/** Numbers only; which accounts failed stays with Vault. */
export interface CountSnapshot {
  totalCount: number;
  queriedAccountsCount?: number;
  matchingAccountsCount?: number;
  accountErrors: { errorType: string; count: number }[];
  nonQueryableAccounts: number;
}

export interface ChildSnapshot {
  exportId: string;
  status: ExportSnapshot['status'];
}
