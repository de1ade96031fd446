import { setMaxListeners } from 'node:events';
import { Client, Connection } from '@temporalio/client';
import { createVaultJobsClient, UnreachableError } from '../client';
import type { VaultJobsClient } from '../client';
import type { Settings } from '../config/settings';
import type { Ledger } from '../ledger/ledger';
import { clientDataConverter } from '../encryption/data-converter';
import { openKeyRing } from '../encryption/open-key-ring';
import { ledgersAsOne } from '../ledger/ledgers-as-one';
import { openTenantLedgers } from '../ledger/tenant-ledgers';
import type { TenantLedgers } from '../ledger/tenant-ledgers';
import type { Tracing } from '../telemetry/tracing';
import { registerSearchAttributes } from '../worker/register-search-attributes';
import { CallRetries } from './call-retries';
import { grpcCause, isRefusal } from './grpc-cause';
import { LedgerUnavailableError } from './ledger-unavailable-error';
import { version } from './version';

/** Somebody sits before the terminal: a server that does not answer by then is reported as not reachable. */
const CONNECT_LIMIT_MS = 5_000;

export interface SessionNeeds {
  /** `helpful`: a ledger that cannot be opened is told to `note`, and the command goes on without it. */
  ledger: 'needed' | 'helpful' | 'none';
  /** Jobs are to be started, so the namespace must know their search attributes. */
  starts?: true;
}

/** Opens what a command needs, runs it, and closes again. */
export async function withSession<T>(
  settings: Settings,
  needs: SessionNeeds,
  note: (line: string) => void,
  run: (client: VaultJobsClient) => Promise<T>,
): Promise<T> {
  const ledger = await ledgerFor(settings, needs, note);
  try {
    return await withTemporal(settings, async (temporal, connection) => {
      if (needs.starts) await knowSearchAttributes(connection, settings.temporal.namespace);
      const { taskQueue } = settings;
      return run(createVaultJobsClient({ temporal, taskQueue, ...(ledger && { ledger }) }));
    });
  } finally {
    await ledger?.close();
  }
}

/** For commands that are about Temporal alone. */
export async function withTemporal<T>(
  settings: Settings,
  run: (temporal: Client, connection: Connection) => Promise<T>,
): Promise<T> {
  const dataConverter = clientDataConverter(openKeyRing(settings.encryption, process.env));
  const retries = new CallRetries();
  const connection = await connect(settings, retries);
  try {
    const tracing = await clientTracing(settings);
    try {
      const { namespace } = settings.temporal;
      const interceptors = { workflow: tracing ? [tracing.client] : [] };
      const temporal = new Client({ connection, namespace, interceptors, dataConverter });
      return await withCallsEnded(temporal, () => run(temporal, connection));
    } finally {
      await tracing?.close();
    }
  } finally {
    await retries.end();
    await connection.close();
  }
}

/**
 * Ends the calls that still run when the command is done: one whose answer nobody waits for any more, such as that of a
 * wait that was interrupted, would be tried again on a closed connection, and that ends the process.
 */
async function withCallsEnded<T>(temporal: Client, run: () => Promise<T>): Promise<T> {
  const over = new AbortController();
  // One listener for each call.
  setMaxListeners(0, over.signal);
  try {
    return await temporal.withAbortSignal(over.signal, run);
  } finally {
    over.abort();
  }
}

/** Loaded where it is wanted only: it takes longer than most commands. */
async function clientTracing({ telemetry: { traces } }: Settings): Promise<Tracing | undefined> {
  if (traces === undefined) return undefined;
  const { startTracing } = await import('../telemetry/tracing.js');
  return startTracing(traces, version());
}

/** For commands that read evidence only and need no server. */
export async function openLedgerOrExplain(settings: Settings): Promise<Ledger> {
  return ledgersAsOne(await openLedgersOrExplain(settings));
}

export async function openLedgersOrExplain({ ledger, tenants, temporal }: Settings): Promise<TenantLedgers> {
  try {
    return await openTenantLedgers(ledger, tenants, { namespace: temporal.namespace });
  } catch (error) {
    throw LedgerUnavailableError.from(error);
  }
}

export function unreachable(settings: Settings, cause: unknown): UnreachableError {
  return new UnreachableError(
    `Temporal does not answer at ${settings.temporal.address}: "vault-jobs dev" starts one here, or set ` +
      'TEMPORAL_ADDRESS or --address to yours',
    { cause },
  );
}

export async function connect(settings: Settings, retries?: CallRetries): Promise<Connection> {
  const { address, tls, apiKey, metadata } = settings.temporal.connection;
  try {
    return await Connection.connect({
      address: address ?? settings.temporal.address,
      connectTimeout: CONNECT_LIMIT_MS,
      ...(retries && { interceptors: [retries.interceptor] }),
      ...(tls !== undefined && { tls }),
      ...(apiKey !== undefined && { apiKey }),
      ...(metadata && { metadata }),
    });
  } catch (error) {
    if (isRefusal(error)) throw error;
    throw unreachable(settings, error);
  }
}

async function ledgerFor(
  settings: Settings,
  needs: SessionNeeds,
  note: (line: string) => void,
): Promise<Ledger | undefined> {
  if (needs.ledger === 'none') return undefined;
  try {
    return await openLedgerOrExplain(settings);
  } catch (error) {
    if (needs.ledger === 'needed' || !(error instanceof LedgerUnavailableError)) throw error;
    note(`${error.message}. Going on without it; what only the ledger knows is missing.`);
    return undefined;
  }
}

async function knowSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  try {
    await registerSearchAttributes(connection, namespace);
  } catch (error) {
    // Temporal Cloud lets nobody register this way: there the operator has, or the start itself says what lacks.
    if (grpcCause(error) === undefined) throw error;
  }
}
