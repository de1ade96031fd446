import { z } from 'zod';
import { parseJsonText } from '../http/json-text';
import { parseProtoDuration } from './retry-after';
import { presentableMessage } from './server-message';
import type { BodyForm } from './vault-error';
import { errorReason, oauthCode, rpcStatus } from './wire-enum';

export interface ErrorBody {
  bodyForm: BodyForm;
  status?: string | undefined;
  reason?: string | undefined;
  serverMessage?: string | undefined;
  retryAfterMs?: number | undefined;
}

/** A field of the wrong type says nothing, and must not hide the fields beside it. */
const text = z.string().optional().catch(undefined);
const list = <T extends z.ZodType>(item: T) => z.array(item).catch([]).default([]);

const detailSchema = z
  .object({ '@type': text, reason: text, retryDelay: text })
  .catch({ '@type': undefined, reason: undefined, retryDelay: undefined });

/** https://google.aip.dev/193, with the array of older Google APIs beside it. */
const googleSchema = z.object({
  error: z.object({
    status: text,
    message: text,
    details: list(detailSchema),
    errors: list(z.object({ reason: text }).catch({ reason: undefined })),
  }),
});

/** https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
const oauthSchema = z.object({ error: z.string(), error_description: text });

/** Reads whatever came with an HTTP error. It never fails: an unreadable body is a finding, not a fault. */
export function parseErrorBody(body: unknown): ErrorBody {
  if (typeof body === 'string') return parseErrorText(body);
  // Streaming front ends wrap the one error in an array.
  const single: unknown = Array.isArray(body) ? body[0] : body;
  const google = googleSchema.safeParse(single);
  if (google.success) return fromGoogle(google.data.error);
  const oauth = oauthSchema.safeParse(single);
  if (oauth.success) return fromOAuth(oauth.data);
  return { bodyForm: body === undefined || body === null ? 'empty' : 'other' };
}

function parseErrorText(raw: string): ErrorBody {
  const trimmed = raw.trim();
  if (trimmed === '') return { bodyForm: 'empty' };
  if (trimmed.startsWith('<')) return { bodyForm: 'html' };
  try {
    const parsed: unknown = parseJsonText(trimmed);
    return typeof parsed === 'string' ? { bodyForm: 'other' } : parseErrorBody(parsed);
  } catch {
    // Plain text, as storage answers a media download. It may name the object, so it is not kept.
    return { bodyForm: 'other' };
  }
}

function fromGoogle(error: z.output<typeof googleSchema>['error']): ErrorBody {
  const detail = (type: string) => error.details.find((item) => item['@type']?.endsWith(type));
  const retryDelay = detail('google.rpc.RetryInfo')?.retryDelay;
  return {
    bodyForm: 'google',
    status: rpcStatus(error.status),
    reason: errorReason(detail('google.rpc.ErrorInfo')?.reason ?? error.errors[0]?.reason),
    serverMessage: error.message === undefined ? undefined : presentableMessage(error.message),
    retryAfterMs: retryDelay === undefined ? undefined : parseProtoDuration(retryDelay),
  };
}

function fromOAuth(body: z.output<typeof oauthSchema>): ErrorBody {
  return {
    bodyForm: 'oauth',
    reason: oauthCode(body.error),
    serverMessage:
      body.error_description === undefined ? undefined : presentableMessage(body.error_description),
  };
}
