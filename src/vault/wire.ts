import { z } from 'zod';
import { VaultError } from './vault-error';
import type { Method } from './method';
import { looksLikeEnum } from './wire-enum';

/**
 * Reads a body into a domain type. An error names the field, never what stood there: it may be evidence.
 */
export function decode<T>(schema: z.ZodType<T>, body: unknown, method: Method): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const field = result.error.issues[0]?.path.map(String).join('.') || 'the body';
  throw malformed(method, `${field} is not what Vault documents`);
}

/** A success whose body cannot be trusted. The request itself was executed. */
export function malformed(method: Method, what: string): VaultError {
  return new VaultError(`MALFORMED_RESPONSE: in the answer to ${method.methodId}, ${what}.`, {
    kind: 'malformed-response',
    origin: method.service,
    requestSent: true,
    request: method,
  });
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i;

/** int64 travels as a string, and protobuf JSON leaves a zero out. */
export const int64 = z
  .union([z.string().regex(/^-?\d+$/), z.number()])
  .nullish()
  .transform((value) => Number(value ?? 0))
  .refine((value) => Number.isSafeInteger(value));

/** A number of things: one below zero, or that is no number, says nothing, and nothing is not zero. */
export const countOrAbsent = int64
  .transform((value): number | undefined => (value < 0 ? undefined : value))
  .catch(undefined);

export const optionalText = z
  .string()
  .nullish()
  .transform((value) => value || undefined);

/**
 * What is odd in one field spoils that field, never the reading beside it. Only what names the thing, and what tells
 * how it stands, must be as documented.
 */
export const textOrAbsent = optionalText.catch(undefined);

/** RFC 3339, as protobuf writes it, as far as clocks and calendars go: later years no timer and no database takes. */
export const timeOrAbsent = optionalText
  .refine((value) => value === undefined || (RFC_3339.test(value) && !Number.isNaN(Date.parse(value))))
  .catch(undefined);

/** An enum that goes into ledgers and logs as it came: what does not look like one is free text, and not kept. */
export const enumText = optionalText
  .catch('')
  .transform((value) => (value === undefined || looksLikeEnum(value) ? value : 'UNREADABLE'));

/** Goes into addresses, ledgers and search attributes as it came. */
export const idText = z.string().regex(/^[\x21-\x7e]{1,500}$/);

/** The same of what may be absent, or is as good as absent where it is odd. */
export const idOrAbsent = optionalText.pipe(idText.optional()).catch(undefined);

/** An absent list is an empty one. One bad item spoils it: of a million bad ones nobody needs to hear. */
export function listOf<T extends z.ZodType>(item: T) {
  return z
    .array(z.unknown())
    .nullish()
    .transform((values, ctx): z.output<T>[] => {
      const items: z.output<T>[] = [];
      for (const [index, value] of (values ?? []).entries()) {
        const read = item.safeParse(value);
        if (!read.success) {
          for (const { path, message } of read.error.issues.slice(0, 1))
            ctx.addIssue({ code: 'custom', path: [index, ...path], message });
          return z.NEVER;
        }
        items.push(read.data);
      }
      return items;
    });
}

/** An answer about another thing than was asked for is none: something in between has mixed them up. */
export function about<T extends object>(answer: T, asked: Partial<T>, method: Method): T {
  const fields = new Map<string, unknown>(Object.entries(answer));
  for (const [field, value] of Object.entries(asked)) {
    if (fields.get(field) !== value) throw malformed(method, `${field} is not the one that was asked for`);
  }
  return answer;
}

type Optional<T> = { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };
type Required<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] };

/** Drops what is absent, so that a domain object equals its own JSON. */
export function withoutAbsent<T extends object>(fields: T): Required<T> & Optional<T> {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the types say is what the filter does
  return Object.fromEntries(present) as Required<T> & Optional<T>;
}

/** Keeps a value this version does not know apart from those it does. */
export function knownOr<const T extends string>(known: readonly T[], raw: string): T | 'UNKNOWN' {
  return known.find((value) => value === raw) ?? 'UNKNOWN';
}

/** Answers to delete and cancel carry nothing, yet a proxy's page must not pass for one. */
export const emptySchema = z.union([z.undefined(), z.object({})]).transform(() => undefined);
