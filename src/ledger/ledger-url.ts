import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the evidence goes. */
export type LedgerPlace = { type: 'sqlite'; file: string } | { type: 'postgres'; url: string };

/** The ledger's URL cannot be used. Never quotes it: it may hold a password. */
export class LedgerConfigError extends Error {
  override readonly name = 'LedgerConfigError';
  readonly code = 'LEDGER_CONFIG';

  constructor(fault: string) {
    super(
      `${fault}. The ledger is a file (file:/path/ledger.db, a plain path or :memory:) or a PostgreSQL ` +
        'database (postgres://user:password@host:5432/database).',
    );
  }
}

/** Reads `file:…`, a plain path, `:memory:`, `postgres://…` or `postgresql://…`. */
export function readLedgerUrl(url: string): LedgerPlace {
  if (url === '') throw new LedgerConfigError('The ledger URL is empty');
  if (url === ':memory:') return { type: 'sqlite', file: url };
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) return { type: 'sqlite', file: resolve(url) };
  if (scheme === 'file') return { type: 'sqlite', file: filePath(url) };
  if (scheme !== 'postgres' && scheme !== 'postgresql') {
    throw new LedgerConfigError(`The ledger URL has the unknown scheme ${scheme}`);
  }
  if (!URL.canParse(url)) throw new LedgerConfigError('The ledger URL is not a valid postgres:// URL');
  return { type: 'postgres', url };
}

/** For people and logs: user, password and parameters stay out. */
export function ledgerPlaceWithoutPassword(url: string): string {
  const place = readLedgerUrl(url);
  if (place.type === 'sqlite') return place.file;
  const { host, pathname } = new URL(place.url);
  return `postgres://${host}${pathname}`;
}

function filePath(url: string): string {
  // `file:relative/path` is SQLite's way of writing, and not what a file URL may be.
  if (!/^file:\//i.test(url)) return resolve(url.slice('file:'.length));
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new LedgerConfigError(`The ledger URL names no local file (${messageOf(cause)})`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unreadable';
}
