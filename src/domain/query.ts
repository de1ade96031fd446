import { z } from 'zod';
import { hasUnseen } from './foreign-text';

export const CORPORA = [
  'MAIL',
  'GROUPS',
  'DRIVE',
  'HANGOUTS_CHAT',
  'VOICE',
  'CALENDAR',
  'GEMINI',
  'GEMINI_IN_WORKSPACE',
] as const;
export type Corpus = (typeof CORPORA)[number];

const SEARCH_METHODS = [
  'ACCOUNT',
  'ORG_UNIT',
  'SHARED_DRIVE',
  'TEAM_DRIVE',
  'ROOM',
  'SITES_URL',
  'DRIVE_DOCUMENT',
  'ENTIRE_ORG',
] as const;

/** What each search method needs beside it. https://developers.google.com/workspace/vault/reference/rest/v1/Query */
const OPTION_OF_METHOD: { [method in (typeof SEARCH_METHODS)[number]]?: string } = {
  ACCOUNT: 'accountInfo',
  ORG_UNIT: 'orgUnitInfo',
  SHARED_DRIVE: 'sharedDriveInfo',
  TEAM_DRIVE: 'teamDriveInfo',
  ROOM: 'hangoutsChatInfo',
  SITES_URL: 'sitesUrlInfo',
  DRIVE_DOCUMENT: 'driveDocumentInfo',
};

/** Vault refuses or never downloads a name with one of these. */
const UNSAFE_NAME_CHARS = /[~!$'(),;@:/?]/;

/** Room is left for the marker that makes a create repeatable. */
const MAX_NAME_CHARS = 180;

export const exportNameSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(MAX_NAME_CHARS, `must have at most ${MAX_NAME_CHARS} characters`)
  .refine(
    (name) => !UNSAFE_NAME_CHARS.test(name) && !hasControlCharacter(name),
    "must not contain ~!$'(),;@:/? or control characters: Vault cannot download such exports",
  );

export const matterIdSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9_-]{1,100}$/,
    'must be a matter id as Vault shows it, for example 148d7a6a-9d94-4b39-b96f-c04d39c6a462',
  );

export const exportIdSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9_-]{1,200}$/,
    'must be an export id as Vault shows it, for example exportly-96a352af-333a-4230-9822-49a679ceaca3',
  );

/** The part after `operations/` is Google's and may hold slashes. */
export const operationNameSchema = z
  .string()
  .max(1000)
  .regex(
    /^(?!.*\/\.{1,2}(\/|$))operations\/[^\s?#]+$/,
    'must be an operation name that begins with operations/, for example operations/abc123',
  );

/** Told of names that new jobs may not have; see job-request.ts. */
export const UNSEEN_IN_NAME = 'must not contain control characters, or others that cannot be seen';

/** Of an operation that is named to a job that runs. */
export const operationNameDoorSchema = operationNameSchema.refine((name) => !hasUnseen(name), UNSEEN_IN_NAME);

/** A count runs over mail or groups only: https://developers.google.com/workspace/vault/guides/count */
const COUNTABLE: readonly Corpus[] = ['MAIL', 'GROUPS'];

/**
 * A Vault query, checked for what Vault would refuse anyway and people get wrong. Fields this version does
 * not know pass through: Vault itself refuses those it does not know either.
 */
export const querySchema = z
  .object({
    corpus: z.enum(CORPORA, `must be one of ${CORPORA.join(', ')}`),
    dataScope: z.enum(
      ['ALL_DATA', 'HELD_DATA', 'UNPROCESSED_DATA'],
      'must be ALL_DATA, HELD_DATA or UNPROCESSED_DATA',
    ),
    method: z.enum(SEARCH_METHODS, `must be one of ${SEARCH_METHODS.join(', ')}`),
    terms: z.string().optional(),
    startTime: z.string().optional(),
    endTime: z.string().optional(),
  })
  .catchall(z.json().optional())
  .superRefine((query, ctx) => {
    const refuse = (field: string, message: string) =>
      ctx.addIssue({ code: 'custom', path: [field], message });
    const option = OPTION_OF_METHOD[query.method];
    if (option && isEmptyOption(query[option])) refuse(option, `is required with method ${query.method}`);
    if (query.method === 'ENTIRE_ORG' && query.corpus !== 'MAIL')
      refuse('method', 'ENTIRE_ORG is for corpus MAIL only');
    if (query.dataScope === 'UNPROCESSED_DATA' && !COUNTABLE.includes(query.corpus))
      refuse('dataScope', 'UNPROCESSED_DATA is for corpus MAIL and GROUPS only');
    const [start, end] = [query.startTime, query.endTime].map((time) =>
      time === undefined ? undefined : Date.parse(time),
    );
    if (start !== undefined && Number.isNaN(start))
      refuse('startTime', 'must be a time such as 2026-01-31T00:00:00Z');
    if (end !== undefined && Number.isNaN(end))
      refuse('endTime', 'must be a time such as 2026-01-31T00:00:00Z');
    if (start !== undefined && end !== undefined && end <= start)
      refuse('endTime', 'must be after startTime');
  });

export const countQuerySchema = querySchema.refine((query) => COUNTABLE.includes(query.corpus), {
  path: ['corpus'],
  message: 'must be MAIL or GROUPS: Vault counts nothing else',
});

function isEmptyOption(option: unknown): boolean {
  if (typeof option !== 'object' || option === null) return true;
  const values = Object.values(option);
  return values.every((value) => value === '' || (Array.isArray(value) && value.length === 0));
}

function hasControlCharacter(text: string): boolean {
  return Array.from(text).some((char) => char < ' ' || char === '\u007f');
}
