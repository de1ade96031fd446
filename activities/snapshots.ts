import type { ExportSnapshot, OperationSnapshot } from '../src/domain/snapshot';
import type { VaultExport } from '../src/vault/export';
import type { VaultOperation } from '../src/vault/operation';

/** Keeps what proves, leaves what is confidential: see the types in src/domain/snapshot.ts. */
export function exportSnapshot(read: VaultExport, readAt: string): ExportSnapshot {
  return {
    readAt,
    status: read.status,
    rawStatus: read.rawStatus,
    ...(read.createTime !== undefined && { createTime: read.createTime }),
    ...read.stats,
    fileCount: read.files.length,
  };
}

export function operationSnapshot(read: VaultOperation, readAt: string): OperationSnapshot {
  return {
    readAt,
    done: read.done,
    hasResponse: read.hasResponse,
    ...(read.error && { error: { code: read.error.code } }),
    ...(read.count && { count: read.count }),
  };
}
