import { decodeJwtSubject } from '../auth/jwt-assertion';
import { issueToken } from '../auth/token-endpoint';
import type { RequestLogEntry } from '../request-log';
import type { World } from '../state/world';
import { carryOut, googleErrorReply, type Outcome } from './exchange';
import type { Incoming } from './incoming';

/** oauth2.googleapis.com */
export async function serveToken(
  world: World,
  incoming: Incoming,
  entry: RequestLogEntry,
  authNowMs: number,
): Promise<Outcome> {
  entry.method = 'oauth2.token';
  const form = readForm(incoming);
  const subject = decodeJwtSubject(form.get('assertion') ?? '');
  if (subject !== undefined) entry.subject = subject;
  const exchange = {
    entry,
    changesState: false,
    errorReply: (error: Parameters<typeof googleErrorReply>[0]) => googleErrorReply(error, incoming.search),
  };
  const askedAt = `http://${incoming.headers.host ?? ''}${incoming.path}`;
  return carryOut(world, exchange, () => issueToken(world, { form, authNowMs, askedAt }));
}

/** Google takes a JSON body as well as a form. */
function readForm(incoming: Incoming): URLSearchParams {
  if (!(incoming.headers['content-type'] ?? '').includes('json')) return new URLSearchParams(incoming.body);
  try {
    const json: Record<string, string> = JSON.parse(incoming.body);
    return new URLSearchParams(json);
  } catch {
    // An empty form is refused for lack of a grant type.
    return new URLSearchParams();
  }
}
