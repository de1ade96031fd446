import type { VaultClient } from '../../src/vault/vault-client';
import type { VaultExport } from '../../src/vault/export';
import { failureOf } from '../failure-table';

/** Units of a page of `exports.list`; an `exports.get` is one. https://developers.google.com/workspace/vault/limits */
export const PAGE_UNITS = 5;
/** Not documented for exports; the most that Vault's other lists give. */
const PAGE_SIZE = 100;
/** Further than this nobody walks to save single reads. */
const MAX_PAGES = 8;

export interface Listed {
  read: VaultExport;
  readAtMs: number;
}

export interface Listing {
  listed: Listed[];
  /** Whether this is every export of the matter. */
  complete: boolean;
}

interface Page {
  token: string | undefined;
  /** The index of its first export in the walk. */
  startsAt: number;
}

/**
 * The part of a matter's list that is worth reading. A page costs as much as five single reads, so the walk ends
 * when fewer than five are still missing; and old exports, which have ended and change no more, are left out by
 * beginning at a later page token. Google documents neither the order of the list nor how long a token lives: where
 * either is otherwise, something is missing or a token is refused, and that costs units, never truth.
 */
export class ListWindow {
  /** Where the window begins; undefined for the beginning of the list. */
  #from: string | undefined;
  #pages = 1;
  #tokensKeep = true;

  isWorthwhile(wanted: number): boolean {
    return wanted >= this.#pages * PAGE_UNITS;
  }

  async read(
    vault: Pick<VaultClient, 'listExports'>,
    matterId: string,
    wanted: ReadonlySet<string>,
    call: { timeoutMs: number; now: () => number },
  ): Promise<Listing> {
    const missing = new Set(wanted);
    const listed: Listed[] = [];
    const pages: Page[] = [];
    let token = this.#from;
    do {
      const readAtMs = call.now();
      let page;
      try {
        page = await vault.listExports(matterId, pageRequest(PAGE_SIZE, token), call);
      } catch (error) {
        if (token === undefined || failureOf(error).pace !== 'never') throw error;
        this.#from = undefined;
        this.#tokensKeep = false;
        this.#pages = 1;
        return this.read(vault, matterId, wanted, call);
      }
      pages.push({ token, startsAt: listed.length });
      listed.push(...page.exports.map((read) => ({ read, readAtMs })));
      page.exports.forEach(({ id }) => missing.delete(id));
      token = page.nextPageToken;
    } while (token !== undefined && missing.size >= PAGE_UNITS && pages.length < MAX_PAGES);

    const complete = this.#from === undefined && token === undefined;
    this.#pages = pages.length;
    if (pages.length > 1 && this.#tokensKeep) await this.#moveOn(vault, matterId, listed, pages, call);
    return { listed, complete };
  }

  /** Begins later where that is cheaper; what is still open before it is read by itself from now on. */
  async #moveOn(
    vault: Pick<VaultClient, 'listExports'>,
    matterId: string,
    listed: readonly Listed[],
    pages: readonly Page[],
    call: { timeoutMs: number },
  ): Promise<void> {
    const start = cheapestStart(listed, pages.length);
    const page = pages.findLast(({ startsAt }) => startsAt <= start);
    if (start === 0 || page === undefined) return;
    let token = page.token;
    const ahead = start - page.startsAt;
    if (ahead > 0) {
      try {
        const cut = await vault.listExports(matterId, pageRequest(ahead, page.token), call);
        if (cut.exports.length !== ahead || cut.nextPageToken === undefined) return;
        token = cut.nextPageToken;
      } catch {
        // What was asked for has been read; the window moves on another time.
        return;
      }
    }
    this.#from = token;
    this.#pages = Math.ceil((listed.length - start) / PAGE_SIZE);
  }
}

/** The index at which a walk costs least: pages from there on, and a single read for all that is open before it. */
function cheapestStart(listed: readonly Listed[], pages: number): number {
  let best = { start: 0, units: pages * PAGE_UNITS };
  let openBefore = 0;
  listed.forEach(({ read }, index) => {
    const units = Math.ceil((listed.length - index) / PAGE_SIZE) * PAGE_UNITS + openBefore;
    // The later of equals has more room for what is still to come.
    if (units < best.units || (units === best.units && best.start > 0)) best = { start: index, units };
    if (isOpen(read)) openBefore += 1;
  });
  return best.start;
}

export function isOpen({ status }: Pick<VaultExport, 'status'>): boolean {
  return status === 'IN_PROGRESS' || status === 'UNKNOWN';
}

function pageRequest(pageSize: number, pageToken: string | undefined) {
  return { pageSize, ...(pageToken !== undefined && { pageToken }) };
}
