import { failureOf } from './failure-table';
import type { Failure } from './failure-table';
import { follow, NO_TRAIL } from './circle';
import type { Trail } from './circle';
import type { WalkPool } from '../src/domain/walk-rates';
import type { WalkPace } from './walk-pace';

/** A list of Vault's, to be read page by page. */
export interface ListOf<T> {
  pool: WalkPool;
  pageUnits: number;
  /** Read in a row, before the walk stands back. Each counts against the time that an attempt has. */
  pagesAnAttempt: number;
  /** What it is a list of, for people. */
  noun: string;
  idOf(item: T): string;
  read(pageToken: string | undefined): Promise<{ items: T[]; next: string | undefined }>;
}

/** Where a walk stands, as it travels from attempt to attempt in the heartbeat: a place, never what was read. */
export interface WalkPlace {
  begunAtMs: number;
  /** Of the page to be read next. */
  pageToken?: string;
  trail: Trail;
  items: number;
  /** How often this walk began again because its place was refused. */
  restarts: number;
}

/** What a step that walks keeps. */
export interface WalkState {
  walk?: WalkPlace;
  /** How often in a row the list turned out to be none. */
  listFaults?: number;
}

export function nothingRead(): WalkState {
  return {};
}

export type Walked =
  /** `visit` has found what it was looking for. */
  | { type: 'STOPPED' }
  /** Every page was read, the first not before `begunAtMs`: what no page showed had not been listed by then. */
  | { type: 'WHOLE'; begunAtMs: number; pages: number }
  /** There is more; the place is kept. */
  | { type: 'LOOK_AGAIN'; waitMs: number; seen: string; ailing: boolean }
  | { type: 'FAILED'; failure: Failure };

export interface Walker {
  pace: WalkPace;
  tenant: string;
  /** Its first pages have a pace of their own, for lists that nobody else's limit keeps apart. */
  pacesFirstPage?: true;
}

/** A few lists may be begun at one moment. */
const FIRST_PAGES_AT_ONCE_MS = 30_000;
/** A token may run out once, and a second time by bad luck. */
const MAX_RESTARTS = 3;

/**
 * The one way through a list of Vault's. An attempt reads a few pages and keeps its place, so that however long the
 * list is, and whatever fails meanwhile, each page is read once. A place that Vault does not know any more costs a new
 * beginning, and only so often; a list that goes round is a fault of the server's.
 *
 * Google documents neither an order of its lists nor a filter of exports (`operations.list` has one, of an unknown
 * grammar), so a walk that is to prove an absence reads all of it, though what is looked for is newer than most.
 */
export async function walk<T>(
  list: ListOf<T>,
  state: WalkState,
  visit: (item: T) => boolean | Promise<boolean>,
  { pace, tenant, pacesFirstPage }: Walker,
): Promise<Walked> {
  if (state.walk === undefined) {
    const ahead = pacesFirstPage ? pace.charge(tenant, 'firstPages', 0) - FIRST_PAGES_AT_ONCE_MS : 0;
    state.walk = { begunAtMs: Date.now(), trail: NO_TRAIL, items: 0, restarts: 0 };
    if (pacesFirstPage) pace.charge(tenant, 'firstPages', list.pageUnits);
    if (ahead > 0) return later(list, state, state.walk, ahead);
  }
  for (let pages = 0; ; pages += 1) {
    const place: WalkPlace = state.walk;
    if (pages === list.pagesAnAttempt) {
      return later(list, state, place, pace.charge(tenant, list.pool, pages * list.pageUnits));
    }
    let page;
    try {
      page = await list.read(place.pageToken);
    } catch (error) {
      const failure = failureOf(error);
      if (place.pageToken === undefined || failure.type !== 'REFUSED') return { type: 'FAILED', failure };
      if (place.restarts >= MAX_RESTARTS) {
        return endless(state, 'Vault refuses the page tokens of its own list, again and again');
      }
      state.walk = { begunAtMs: Date.now(), trail: NO_TRAIL, items: 0, restarts: place.restarts + 1 };
      continue;
    }
    const { items, next } = page;
    const [first] = items;
    const followed = follow(place.trail, {
      token: place.pageToken,
      first: first === undefined ? undefined : list.idOf(first),
      next,
    });
    for (const item of items) {
      if (!(await visit(item))) continue;
      forget(state);
      return { type: 'STOPPED' };
    }
    if (followed.type === 'CIRCLES') return endless(state, followed.why);
    const { begunAtMs } = place;
    if (next === undefined) {
      forget(state);
      return { type: 'WHOLE', begunAtMs, pages: followed.trail.pages };
    }
    state.walk = { ...place, pageToken: next, trail: followed.trail, items: place.items + items.length };
  }
}

function forget(state: WalkState): void {
  delete state.walk;
  delete state.listFaults;
}

function later<T>(list: ListOf<T>, state: WalkState, place: WalkPlace, waitMs: number): Walked {
  return {
    type: 'LOOK_AGAIN',
    waitMs: Math.max(1, waitMs),
    seen: describe(list.noun, place),
    ailing: state.listFaults !== undefined,
  };
}

function describe(noun: string, { trail: { pages }, items, restarts }: WalkPlace): string {
  const again = restarts === 0 ? '' : `, begun again ${restarts === 1 ? 'once' : `${restarts} times`}`;
  if (pages === 0) return `Waits to read the list of ${noun}: others are being read${again}`;
  return `Reads a long list: page ${pages}, ${items.toLocaleString('en')} ${noun}${again}`;
}

/** Nobody can say what such a list shows and what not, so it proves nothing. It may heal: it is asked again, ever later. */
function endless(state: WalkState, detail: string): Walked {
  delete state.walk;
  state.listFaults = (state.listFaults ?? 0) + 1;
  const failure: Failure = {
    type: 'TRANSIENT',
    on: 'vault',
    pace: 'backoff',
    executed: false,
    isCertain: true,
    detail,
  };
  return { type: 'FAILED', failure };
}
