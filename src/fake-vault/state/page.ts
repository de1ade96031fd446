import type { Settings } from '../settings';
import { invalidArgument } from '../wire/google-error';

/** Which items a list call gives; the token is opaque to callers, and good for the same list only. */
export interface PageRequest {
  /** What is listed: method, matter, filter. */
  readonly scope: string;
  readonly pageSize: unknown;
  readonly pageToken: unknown;
  readonly maxPageSize: number;
  readonly settings: Pick<Settings, 'listOrder' | 'listEnd' | 'pageTokenLifetimeMs'>;
  readonly nowMs: number;
}

export interface Page<T> {
  readonly items: T[];
  readonly nextPageToken: string | undefined;
}

/** Cuts one page. It goes on after the last item given, so that items deleted meanwhile shift nothing. */
export function cutPage<T extends { readonly seq: number }>(
  items: readonly T[],
  request: PageRequest,
): Page<T> {
  const size = typeof request.pageSize === 'number' ? request.pageSize : request.maxPageSize;
  if (size < 0) throw invalidArgument();
  const { listOrder, listEnd, pageTokenLifetimeMs } = request.settings;
  const rank = (item: T): number => (listOrder === 'oldest-first' ? item.seq : -item.seq);
  const lastSeq =
    typeof request.pageToken === 'string'
      ? decodeToken(request.pageToken, request.scope, request.nowMs - pageTokenLifetimeMs)
      : null;
  const sorted = items.toSorted((a, b) => rank(a) - rank(b));
  const lastRank = listOrder === 'oldest-first' ? lastSeq : -(lastSeq ?? 0);
  const rest = lastSeq === null ? sorted : sorted.filter((item) => rank(item) > (lastRank ?? 0));
  const page = rest.slice(0, Math.min(size, request.maxPageSize));
  const last = page.at(-1);
  const isEnd = last === undefined || page.length === rest.length;
  const token = (seq: number | null) => encodeToken(request.scope, seq, request.nowMs);
  if (isEnd) return { items: page, nextPageToken: listEnd === 'circles' ? token(null) : undefined };
  return { items: page, nextPageToken: token(last.seq) };
}

function encodeToken(scope: string, seq: number | null, issuedAtMs: number): string {
  return Buffer.from(JSON.stringify([scope, seq, issuedAtMs])).toString('base64url');
}

/** Null is the beginning of the list. */
function decodeToken(token: string, scope: string, notBeforeMs: number): number | null {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(parsed) && parsed[0] === scope && Number(parsed[2]) >= notBeforeMs) {
      if (parsed[1] === null || typeof parsed[1] === 'number') return parsed[1];
    }
  } catch {
    // Not one of ours: refused below, as a token of another list is.
  }
  throw invalidArgument();
}
