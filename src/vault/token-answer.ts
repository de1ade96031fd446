import { z } from 'zod';
import { AnswerRefusedError } from '../http/body';
import { parseJsonText } from '../http/json-text';

/** Google's tokens live for an hour; nobody's is kept for longer. */
const MAX_LIFETIME_S = 3600;

/** What fits into a header: no line of its own, nothing that an error about it would quote. */
const headerText = z.string().regex(/^[\x21-\x7e]{1,16384}$/);

/** One that gives no time, or none that is one, is asked for anew. */
const lifetime = z.coerce
  .number()
  .catch(0)
  .transform((seconds) => Math.min(MAX_LIFETIME_S, Math.max(0, Math.floor(seconds))));

const tokenSchema = z.object({ access_token: headerText, expires_in: lifetime });
export type TokenAnswer = z.output<typeof tokenSchema>;

const signedSchema = z.object({
  signedJwt: z.string().regex(/^[\w-]{1,8192}\.[\w-]{1,16384}\.[\w-]{1,8192}$/),
});

/** https://www.rfc-editor.org/rfc/rfc6749#section-5.1; nothing else of it is needed. */
export function readTokenAnswer(text: string): TokenAnswer {
  return read(tokenSchema, text, 'the body holds no token');
}

/** https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signJwt */
export function readSignedAssertion(text: string): string {
  return read(signedSchema, text, 'the body holds no signed assertion').signedJwt;
}

function read<T>(schema: z.ZodType<T>, text: string, otherwise: string): T {
  const parsed = schema.safeParse(parseJsonText(text));
  if (!parsed.success) throw new AnswerRefusedError(otherwise);
  return parsed.data;
}
