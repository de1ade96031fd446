import { z } from 'zod';
import { parseDuration } from './duration';
import { isJsonObject } from './json';
import type { JobState } from './outcome';
import { JOB_STATES } from './outcome';

/** Which door a request came through. */
export const CANCEL_SOURCES = ['signal', 'update', 'native', 'deadline', 'policy'] as const;
export type CancelSource = (typeof CANCEL_SOURCES)[number];

/** A request with a condition cancels only while the condition holds, judged by the job itself, once. */
const cancelConditionSchema = z.object({
  states: z.array(z.enum(JOB_STATES)).exactOptional(),
  /** The remote thing (or the job, before that exists) must be older than this many milliseconds. */
  olderThanMs: z.number().exactOptional(),
  /** A condition nobody can read never holds: doing nothing is the safe reading. */
  unreadable: z.literal(true).exactOptional(),
});
export type CancelCondition = z.infer<typeof cancelConditionSchema>;

/** As the job keeps it, in its record and in the ledger. */
export const cancelRequestSchema = z.object({
  requestId: z.string(),
  requestedBy: z.string(),
  reason: z.string(),
  source: z.enum(CANCEL_SOURCES),
  receivedAt: z.string(),
  onlyIf: cancelConditionSchema.exactOptional(),
  /** Only ever forbids: the job's owner decides what may be deleted. */
  allowDelete: z.literal(false).exactOptional(),
  /** The payload could not be decoded; the wish to cancel is kept all the same. */
  undecodable: z.literal(true).exactOptional(),
  /** It came after the reading that proved the end. */
  afterEnd: z.literal(true).exactOptional(),
  /** Its own condition did not hold, so it asked for nothing. */
  skipped: z.string().exactOptional(),
});
export type CancelRequest = z.infer<typeof cancelRequestSchema>;

export const MAX_REASON_CHARS = 1000;
export const MAX_ID_CHARS = 200;

/** A cancel request as it arrives: anything at all. */
export interface RawCancelRequest {
  source: CancelSource;
  payload: unknown;
  receivedAt: string;
  /** Used where the sender gave none. */
  fallbackId: string;
}

/**
 * Reads whatever a signal carries: an object, a bare string (the reason), or nothing. Never throws,
 * because a throwing signal handler wedges the workflow; what it cannot read it leaves out.
 */
export function readCancelRequest(raw: RawCancelRequest): CancelRequest {
  const payload = raw.payload;
  const fields = typeof payload === 'string' ? { reason: payload } : isJsonObject(payload) ? payload : {};
  return fromFields(fields, raw);
}

function fromFields(fields: Record<string, unknown>, raw: RawCancelRequest): CancelRequest {
  const onlyIf = readCondition(fields.onlyIf);
  return {
    requestId: text(fields.requestId, MAX_ID_CHARS) ?? raw.fallbackId,
    requestedBy: text(fields.requestedBy, MAX_ID_CHARS) ?? 'unknown',
    reason: text(fields.reason, MAX_REASON_CHARS) ?? '',
    source: sourceOf(raw.source, fields.source),
    receivedAt: raw.receivedAt,
    ...(onlyIf && { onlyIf }),
    // What nobody can read may have forbidden it.
    ...((fields.allowDelete === false || fields.undecodable === true) && { allowDelete: false as const }),
    ...(fields.undecodable === true && { undecodable: true as const }),
  };
}

/** Who asked and why, cut as everywhere. */
export function readWords(words: { requestedBy?: string; reason?: string }): {
  requestedBy?: string;
  reason?: string;
} {
  const requestedBy = text(words.requestedBy, MAX_ID_CHARS);
  const reason = text(words.reason, MAX_REASON_CHARS);
  return { ...(requestedBy !== undefined && { requestedBy }), ...(reason !== undefined && { reason }) };
}

/** Native cancellations and policies come as signals, and say so. */
function sourceOf(door: CancelSource, claimed: unknown): CancelSource {
  return door === 'signal' && (claimed === 'native' || claimed === 'policy') ? claimed : door;
}

function readCondition(value: unknown): CancelCondition | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isJsonObject(value)) return { unreadable: true };
  const { states, olderThan } = value;
  const olderThanMs = typeof olderThan === 'string' ? parseDuration(olderThan) : undefined;
  if (states !== undefined && !isStateList(states)) return { unreadable: true };
  if (olderThan !== undefined && olderThanMs === undefined) return { unreadable: true };
  return {
    ...(states && { states: [...new Set(states)] }),
    ...(olderThanMs !== undefined && { olderThanMs }),
  };
}

function isStateList(value: unknown): value is JobState[] {
  return Array.isArray(value) && value.every((state) => (JOB_STATES as readonly unknown[]).includes(state));
}

/** Why the condition does not hold right now, or undefined where it does. */
export function unmetCondition(
  condition: CancelCondition | undefined,
  now: { state: JobState; ageMs: number },
): string | undefined {
  if (condition === undefined) return undefined;
  if (condition.unreadable) return 'its condition could not be read';
  if (condition.states && !condition.states.includes(now.state)) return `the job was ${now.state}`;
  if (condition.olderThanMs !== undefined && now.ageMs < condition.olderThanMs)
    return 'the job was not old enough';
  return undefined;
}

function text(value: unknown, maxChars: number): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  // A lone surrogate is not valid UTF-8 and a NUL not valid in PostgreSQL text: neither may reach a store.
  return value.slice(0, maxChars).toWellFormed().replaceAll('\u0000', '\uFFFD');
}

/** Whether two requests ask for the same under the same conditions, whoever carried them and whenever. */
export function asksTheSame(a: CancelRequest, b: CancelRequest): boolean {
  return JSON.stringify(substance(a)) === JSON.stringify(substance(b));
}

function substance({ requestedBy, reason, onlyIf, allowDelete, undecodable }: CancelRequest): unknown[] {
  const { states, olderThanMs, unreadable } = onlyIf ?? {};
  return [requestedBy, reason, onlyIf && [states, olderThanMs, unreadable], allowDelete, undecodable];
}
