import { NamespaceNotFoundError } from '@temporalio/client';
import { CommanderError } from 'commander';
import {
  BadInputError,
  JobConflictError,
  JobFailedError,
  JobNotFoundError,
  KeyMissingError,
  UnreachableError,
} from '../client';
import { ConfigError } from '../config/config-error';
import { visible } from '../domain/foreign-text';
import { MissingTemporalError } from '../embedded/missing-temporal-error';
import { TemporalServerError } from '../embedded/temporal-server-error';
import { LedgerConfigError } from '../ledger/ledger-url';
import { StackError } from '../stack/stack-error';
import { isVaultError } from '../vault/vault-error';
import { EXIT } from './exit-code';
import type { ExitCode } from './exit-code';
import { grpcCause, isNamespaceNotFound, isRefusal } from './grpc-cause';
import { InterruptedError } from './interrupted-error';
import { LedgerUnavailableError } from './ledger-unavailable-error';

/** A configuration may have many faults. */
const MAX_SENTENCE_CHARS = 10_000;

export interface ErrorReport {
  exitCode: ExitCode;
  /** One sentence for a person; absent where it has been said already. */
  sentence?: string;
}

/** What a failed command tells its caller. The first rule that fits decides. */
export function reportError(error: unknown): ErrorReport {
  if (isFailedStart(error)) return { exitCode: EXIT.FAILURE, sentence: error.message };
  const { exitCode, sentence } = reportInOneLine(error);
  return { exitCode, ...(sentence !== undefined && { sentence: visible(sentence, MAX_SENTENCE_CHARS) }) };
}

function reportInOneLine(error: unknown): ErrorReport {
  if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? EXIT.OK : EXIT.USAGE };
  if (error instanceof InterruptedError) return { exitCode: EXIT.INTERRUPTED, sentence: error.message };
  if (error instanceof JobFailedError) return { exitCode: EXIT.OTHERWISE, sentence: error.message };
  if (error instanceof UnreachableError) return { exitCode: EXIT.UNREACHABLE, sentence: error.message };
  if (isBadInput(error)) return { exitCode: EXIT.USAGE, sentence: error.message };
  if (isVaultError(error) && error.kind === 'misconfigured')
    return {
      exitCode: EXIT.USAGE,
      sentence: `Vault's credentials (VAULT_KEY_FILE, VAULT_SUBJECT): ${withoutCode(error.message)}`,
    };
  return fromTemporal(error) ?? { exitCode: EXIT.FAILURE, sentence: unexpected(error) };
}

function isBadInput(error: unknown): error is Error {
  return (
    error instanceof BadInputError ||
    error instanceof JobConflictError ||
    error instanceof JobNotFoundError ||
    error instanceof KeyMissingError ||
    error instanceof ConfigError ||
    error instanceof LedgerConfigError ||
    error instanceof LedgerUnavailableError
  );
}

/** Of `dev` and `demo`: what the messages say takes more than one line. */
function isFailedStart(error: unknown): error is Error {
  return (
    error instanceof MissingTemporalError ||
    error instanceof TemporalServerError ||
    error instanceof StackError
  );
}

function fromTemporal(error: unknown): ErrorReport | undefined {
  if (error instanceof NamespaceNotFoundError || isNamespaceNotFound(error))
    return {
      exitCode: EXIT.USAGE,
      sentence: 'Temporal has no namespace of this name: set --namespace or TEMPORAL_NAMESPACE',
    };
  if (isRefusal(error))
    return {
      exitCode: EXIT.UNREACHABLE,
      sentence: 'Temporal refuses this client: check TEMPORAL_API_KEY, its TLS certificate and the namespace',
    };
  const cause = grpcCause(error);
  if (cause === undefined) return undefined;
  // How a gRPC client reads the answer of any other web server.
  if (cause.details.startsWith('Received HTTP status code'))
    return {
      exitCode: EXIT.UNREACHABLE,
      sentence: 'What answers there is not Temporal: set TEMPORAL_ADDRESS or --address to its gRPC port',
    };
  if (/search attribute|invalid query/i.test(cause.details))
    return {
      exitCode: EXIT.FAILURE,
      sentence:
        'This namespace does not know the attributes that jobs are found by yet: start a worker once, and try ' +
        'again in a minute',
    };
  return { exitCode: EXIT.FAILURE, sentence: `Temporal answered: ${firstLine(cause.details)}` };
}

function withoutCode(message: string): string {
  return message.replace(/^MISCONFIGURED: /, '');
}

function unexpected(error: unknown): string {
  const what = error instanceof Error ? firstLine(error.message) || error.name : 'an unknown error';
  return `Unexpected: ${what} (VAULT_JOBS_DEBUG=1 shows where)`;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
