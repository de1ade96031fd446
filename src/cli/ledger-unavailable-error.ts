/** The ledger cannot be opened. Never quotes its URL, which may hold a password. */
export class LedgerUnavailableError extends Error {
  override readonly name = 'LedgerUnavailableError';
  readonly code = 'LEDGER_UNAVAILABLE';

  static from(cause: unknown): LedgerUnavailableError {
    const reason = cause instanceof Error ? reasonWithoutPlace(cause.message) : 'no reason given';
    return new LedgerUnavailableError(
      `The ledger cannot be opened (${reason}): point --ledger or VAULT_JOBS_LEDGER to a file you may write, ` +
        'or to a PostgreSQL database that answers',
      { cause },
    );
  }
}

/** What a person may read of a database's own words. */
export function reasonWithoutPlace(message: string): string {
  const line = message.split('\n')[0] ?? '';
  // A file's path comes quoted, and the ledger's own errors say first what it was doing.
  return line.replaceAll(/,? ?\w* '[^']*'/g, '').replace(/^[A-Z]+: [\w ]+: /, '');
}
