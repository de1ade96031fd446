import type { DatabaseConnection, Dialect, PostgresDialectConfig } from 'kysely';
import { PostgresDialect, PostgresDriver } from 'kysely';
import { Pool } from 'pg';
import { PASSWORD_FILE, withPassword } from './password-file';

const MAX_CONNECTIONS = 5;
const CONNECT_TIMEOUT_MS = 5000;
const STATEMENT_TIMEOUT_MS = 15_000;
/** Longer than the server's own limit: it ends what the server can no longer answer. */
const QUERY_TIMEOUT_MS = 20_000;

/** A pool that outlives restarts of its server: broken connections are dropped and new ones made on demand. */
export function postgresDialect(url: string): Dialect {
  const pool = new Pool({
    connectionString: withPassword(url, process.env[PASSWORD_FILE]),
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    idle_in_transaction_session_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'vault-jobs',
  });
  // An 'error' nobody listens to ends the process. The pool has dropped the connection already, and whoever
  // was using it gets the error from its own query.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return new CauseFirstDialect({ pool });
}

class CauseFirstDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig;

  constructor(config: PostgresDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): CauseFirstDriver {
    return new CauseFirstDriver(this.#config);
  }
}

class CauseFirstDriver extends PostgresDriver {
  /**
   * The server rolls back whatever becomes of this: a connection that broke has no transaction any more. What was first
   * wrong is what whoever waits must hear of.
   */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.rollbackTransaction(connection);
    } catch {
      // The pool drops the connection.
    }
  }
}
