import { createHash } from 'node:crypto';

/** Longer than any list that is one: nobody has this many. */
const MAX_PAGES = 500;

/** What is remembered of a list to notice that it goes round. Small, whatever the list: it travels in heartbeats. */
export interface Trail {
  /** Pages read. */
  pages: number;
  /** The first item of the first page. */
  first?: string;
  /** A page some way back. It moves up as the list goes on, so that a circle of any length comes by it. */
  mark?: { page: number; token: string; first?: string };
}

export const NO_TRAIL: Trail = { pages: 0 };

/** Whether the list goes round: then following it would never end. Google documents no such thing; it is the server's fault. */
export type Followed = { type: 'ON'; trail: Trail } | { type: 'CIRCLES'; why: string };

/**
 * Takes one page down: the token it was asked with, its first item, and the token of the next one. Brent's way of
 * finding a circle: one mark, at pages 1, 2, 4, 8 and so on. https://en.wikipedia.org/wiki/Cycle_detection
 */
export function follow(
  { pages, first, mark }: Trail,
  page: { token: string | undefined; first: string | undefined; next: string | undefined },
): Followed {
  const read = pages + 1;
  const token = shortOf(page.token);
  if (page.next !== undefined && page.next === page.token) return circles('a page names itself as the next');
  if (page.first !== undefined && (page.first === first || page.first === mark?.first))
    return circles(`page ${read} begins like an earlier one`);
  if (mark !== undefined && mark.token === token) return circles(`page ${read} is an earlier one again`);
  if (page.next !== undefined && read >= MAX_PAGES) return circles(`it goes on after ${MAX_PAGES} pages`);
  const begins = first ?? page.first;
  const moves = mark === undefined || read >= 2 * mark.page;
  const moved = { page: read, token, ...(page.first !== undefined && { first: page.first }) };
  return {
    type: 'ON',
    trail: { pages: read, mark: moves ? moved : mark, ...(begins !== undefined && { first: begins }) },
  };
}

function circles(why: string): Followed {
  return { type: 'CIRCLES', why: `Vault’s list does not end: ${why}` };
}

/** Page tokens may be long. */
function shortOf(token: string | undefined): string {
  return token === undefined ? '' : createHash('sha256').update(token).digest('base64url').slice(0, 16);
}
