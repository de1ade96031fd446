import { z } from 'zod';
import { parseMd5 } from './md5';
import {
  countOrAbsent,
  enumText,
  idText,
  knownOr,
  listOf,
  optionalText,
  textOrAbsent,
  timeOrAbsent,
  withoutAbsent,
} from './wire';

/** Each field is absent where Vault's answer cannot be read; the file counts all the same. */
export interface ExportFile {
  bucketName?: string;
  objectName?: string;
  size?: number;
  /** Absent when Vault gave none, or none that can be read: such a file can be checked by size only. */
  md5Hex?: string;
}

/** Each is absent where Vault's answer cannot be read: that is not zero. */
export interface ExportStats {
  exportedArtifactCount?: number;
  totalArtifactCount?: number;
  sizeInBytes?: number;
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
    bucketName: textOrAbsent,
    objectName: textOrAbsent,
    size: countOrAbsent,
    md5Hash: textOrAbsent,
  })
  .transform(({ md5Hash, ...file }): ExportFile => withoutAbsent({ ...file, md5Hex: parseMd5(md5Hash) }))
  .catch({});

const statsSchema = z
  .object({
    exportedArtifactCount: countOrAbsent,
    totalArtifactCount: countOrAbsent,
    sizeInBytes: countOrAbsent,
  })
  .transform((stats): ExportStats => withoutAbsent(stats));

const NO_STATS = { exportedArtifactCount: 0, totalArtifactCount: 0, sizeInBytes: 0 };

const wireSchema = z.object({
  id: idText,
  matterId: idText,
  name: textOrAbsent,
  status: enumText,
  createTime: timeOrAbsent,
  // It tells a child from an export that a job made.
  parentExportId: optionalText.pipe(idText.optional()),
  stats: statsSchema.nullish().catch({}),
  cloudStorageSink: z
    .object({ files: listOf(fileSchema).catch([]) })
    .nullish()
    .catch(undefined),
  requester: z.object({ email: textOrAbsent }).nullish().catch(undefined),
});

export const exportSchema = wireSchema.transform(toExport);

/** In a list the name tells whose an export is. */
const listedExportSchema = wireSchema.extend({ name: optionalText }).transform(toExport);

function toExport(wire: z.output<typeof wireSchema>): VaultExport {
  const rawStatus = wire.status ?? 'EXPORT_STATUS_UNSPECIFIED';
  return withoutAbsent({
    id: wire.id,
    matterId: wire.matterId,
    name: wire.name ?? '',
    status: knownOr(['IN_PROGRESS', 'COMPLETED', 'FAILED'], rawStatus),
    rawStatus,
    createTime: wire.createTime,
    parentExportId: wire.parentExportId,
    stats: wire.stats ?? NO_STATS,
    files: wire.cloudStorageSink?.files ?? [],
    requesterEmail: wire.requester?.email,
  });
}

export const exportPageSchema = z
  .object({ exports: listOf(listedExportSchema), nextPageToken: optionalText })
  .transform((page): ExportPage => withoutAbsent(page));
