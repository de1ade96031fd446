import { BadInputError } from '../../client';
import { exportJobDoorSchema } from '../../domain/job-request';
import type { ExportJobRequest } from '../../domain/job-request';
import type { JsonObject } from '../../domain/json';
import { isJsonObject } from '../../domain/json';
import { checkRequest, requireFields, WHOSE_DATA } from './explain-request';
import { applyQueryFlags } from './query-flags';
import type { QueryFlags } from './query-flags';
import type { ExportFile } from './request-file';

export interface OwnerFlags {
  operation?: string;
  deadline?: number;
  whenNotCancellable?: 'keep-watching' | 'delete-export';
}

export interface ExportFlags extends QueryFlags, OwnerFlags {
  matter?: string;
  priority?: number;
  name?: string;
  format?: string;
  region?: string;
}

/** Where each corpus has its export options; Drive has no format to choose. */
const OPTIONS_WITH_FORMAT: Readonly<Record<string, string>> = {
  MAIL: 'mailOptions',
  GROUPS: 'groupsOptions',
  HANGOUTS_CHAT: 'hangoutsChatOptions',
  VOICE: 'voiceOptions',
  CALENDAR: 'calendarOptions',
  GEMINI: 'geminiOptions',
  GEMINI_IN_WORKSPACE: 'geminiInWorkspaceOptions',
};

/** Flags over file. Throws BadInputError, in one sentence that quotes no value. */
export function exportRequest(file: ExportFile, flags: ExportFlags): ExportJobRequest {
  const query = applyQueryFlags(file.query ?? {}, flags);
  const matterId = flags.matter ?? file.matterId;
  const name = flags.name ?? file.name;
  requireFields([
    ['--matter', matterId],
    ['--name', name],
    ['--corpus', query.corpus],
    [WHOSE_DATA, query.method],
  ]);
  const exportOptions = applyExportFlags(file.exportOptions ?? {}, query.corpus, flags);
  return checkRequest(exportJobDoorSchema, {
    matterId,
    source: {
      type: 'create',
      name,
      query,
      ...(Object.keys(exportOptions).length > 0 && { exportOptions }),
    },
    ...owned(flags),
    ...(flags.priority !== undefined && { priority: flags.priority }),
  });
}

export function adoptRequest(matterId: string, exportId: string, flags: OwnerFlags): ExportJobRequest {
  return checkRequest(
    exportJobDoorSchema,
    { matterId, source: { type: 'adopt', exportId }, ...owned(flags) },
    { matterId: 'the matter id' },
  );
}

export function limitsOf({ deadline }: Pick<OwnerFlags, 'deadline'>): { limits?: { deadlineMs: number } } {
  return deadline === undefined ? {} : { limits: { deadlineMs: deadline } };
}

function owned(flags: OwnerFlags) {
  return {
    ...(flags.operation !== undefined && { operationName: flags.operation }),
    ...(flags.whenNotCancellable && { whenNotCancellable: flags.whenNotCancellable }),
    ...limitsOf(flags),
  };
}

function applyExportFlags(fromFile: JsonObject, corpus: unknown, flags: ExportFlags): JsonObject {
  const { format, region } = flags;
  const field = OPTIONS_WITH_FORMAT[String(corpus)];
  if (format !== undefined && field === undefined)
    throw new BadInputError('--format: Drive exports have no format to choose');
  const before = field === undefined ? undefined : fromFile[field];
  return {
    ...fromFile,
    ...(region !== undefined && { region }),
    ...(format !== undefined &&
      field !== undefined && {
        [field]: { ...(isJsonObject(before) && before), exportFormat: format },
      }),
  };
}
