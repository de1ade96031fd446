import { z } from 'zod';
import { parseMd5 } from './md5';
import { enumText, idText, int64, knownOr, listOf, optionalText, timestampText, withoutAbsent } from './wire';

export interface ExportFile {
  bucketName: string;
  objectName: string;
  size: number;
  /** Absent when Vault gave none, or none that can be read: such a file can be checked by size only. */
  md5Hex?: string;
}

export interface ExportStats {
  exportedArtifactCount: number;
  totalArtifactCount: number;
  sizeInBytes: number;
}

export interface VaultExport {
  id: string;
  matterId: string;
  name: string;
  /** `UNKNOWN` stands for a value this version does not know; `rawStatus` keeps it. */
  status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED' | 'UNKNOWN';
  rawStatus: string;
  createTime?: string;
  /** Set on a child that Vault started by itself, for example for linked Drive files. */
  parentExportId?: string;
  stats: ExportStats;
  files: ExportFile[];
  requesterEmail?: string;
}

export interface ExportPage {
  exports: VaultExport[];
  nextPageToken?: string;
}

const fileSchema = z
  .object({
    bucketName: z.string().min(1),
    objectName: z.string().min(1),
    size: int64,
    md5Hash: optionalText,
  })
  .transform(({ md5Hash, ...file }): ExportFile => withoutAbsent({ ...file, md5Hex: parseMd5(md5Hash) }));

const statsSchema = z.object({ exportedArtifactCount: int64, totalArtifactCount: int64, sizeInBytes: int64 });

export const exportSchema = z
  .object({
    id: idText,
    matterId: idText,
    name: optionalText,
    status: enumText,
    createTime: timestampText,
    parentExportId: idText.nullish().catch(undefined),
    stats: statsSchema.nullish(),
    cloudStorageSink: z.object({ files: listOf(fileSchema) }).nullish(),
    requester: z.object({ email: optionalText }).nullish(),
  })
  .transform((wire): VaultExport => {
    const rawStatus = wire.status ?? 'EXPORT_STATUS_UNSPECIFIED';
    return withoutAbsent({
      id: wire.id,
      matterId: wire.matterId,
      name: wire.name ?? '',
      status: knownOr(['IN_PROGRESS', 'COMPLETED', 'FAILED'], rawStatus),
      rawStatus,
      createTime: wire.createTime,
      parentExportId: wire.parentExportId ?? undefined,
      stats: wire.stats ?? { exportedArtifactCount: 0, totalArtifactCount: 0, sizeInBytes: 0 },
      files: wire.cloudStorageSink?.files ?? [],
      requesterEmail: wire.requester?.email,
    });
  });

export const exportPageSchema = z
  .object({ exports: listOf(exportSchema), nextPageToken: optionalText })
  .transform((page): ExportPage => withoutAbsent(page));
