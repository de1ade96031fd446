import { z } from 'zod';
import { BadInputError } from '../../client';
import { readNamedFile } from '../../config/named-file';
import { isDeeperThan, isJsonObject } from '../../domain/json';
import type { JsonObject } from '../../domain/json';

const queryField = z.record(z.string(), z.json(), 'query: must be an object');
const matterId = z.string('matterId: must be text').optional();

/** The body of `matters.exports.create`, as Google documents it, without what only Vault writes. */
const exportFileSchema = z.strictObject({
  matterId,
  name: z.string('name: must be text').optional(),
  query: queryField.optional(),
  exportOptions: z.record(z.string(), z.json(), 'exportOptions: must be an object').optional(),
});

/** The body of `matters.count`. */
const countFileSchema = z.strictObject({
  matterId,
  query: queryField.optional(),
  view: z.string('view: must be text').optional(),
});

export type ExportFile = z.output<typeof exportFileSchema>;
export type CountFile = z.output<typeof countFileSchema>;

export function readExportFile(path: string | undefined): ExportFile {
  return path === undefined ? {} : parseExportFile(readJson(path));
}

export function readCountFile(path: string | undefined): CountFile {
  return path === undefined ? {} : parseCountFile(readJson(path));
}

export function parseExportFile(content: unknown): ExportFile {
  return withMethod(parse(exportFileSchema, content));
}

export function parseCountFile(content: unknown): CountFile {
  return withMethod(parse(countFileSchema, content));
}

function readJson(path: string): unknown {
  const read = readNamedFile(path === '-' ? 0 : path);
  if ('problem' in read) throw new BadInputError(`--file: the file ${read.problem}`);
  const content = parsedJson(read.text);
  if (isDeeperThan(content, MAX_DEPTH))
    throw new BadInputError(`--file: the file is nested more than ${MAX_DEPTH} deep`);
  return content;
}

/** Google's requests are five deep. */
const MAX_DEPTH = 50;

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the file.
    throw new BadInputError('--file: the file is not valid JSON');
  }
}

function parse<S extends z.ZodObject>(schema: S, content: unknown): z.output<S> {
  if (!isJsonObject(content)) throw new BadInputError('--file: the file must hold one JSON object');
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const known = Object.keys(schema.shape).join(', ');
  const faults = parsed.error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? `does not know ${issue.keys.map(fieldName).join(', ')} (it takes ${known})`
      : issue.message,
  );
  throw new BadInputError(`--file: ${faults.join('; ')}`);
}

/** A field's name may be shown; anything else in its place may be privileged. */
function fieldName(key: string): string {
  return /^[A-Za-z]\w{0,40}$/.test(key) ? key : 'a field';
}

/** `searchMethod` is deprecated, but Google's own samples still send it. */
function withMethod<F extends { query?: JsonObject | undefined }>(file: F): F {
  if (file.query?.searchMethod === undefined) return file;
  const { searchMethod, ...query } = file.query;
  if (query.method !== undefined && query.method !== searchMethod)
    throw new BadInputError('--file: query.method and the deprecated query.searchMethod differ: keep method');
  return { ...file, query: { ...query, method: searchMethod } };
}
