import { Command } from 'commander';
import type { Settings } from '../../config/settings';
import type { SettingFlags } from '../../config/setting-sources';
import {
  ledgerOption,
  settingsFrom,
  taskQueueOption,
  temporalOptions,
  vaultOptions,
} from '../connection-options';
import type { ExitCode } from '../exit-code';
import { jsonOption } from '../output';
import type { OutputFlags } from '../output';
import { run } from '../run-command';

const EXAMPLES = `
Examples:
  $ VAULT_KEY_FILE=key.json VAULT_SUBJECT=vault-admin@example.com vault-jobs worker
  $ vault-jobs worker --config examples/vault-jobs.yaml
  $ TEMPORAL_ADDRESS=temporal:7233 VAULT_JOBS_LEDGER=postgres://user@db/vault_jobs vault-jobs worker

Start as many as you like: they share the work. Ctrl-C or SIGTERM lets calls under way end; a second one stops at once.
Neither cancels anything in Vault. Without VAULT_KEY_FILE or VAULT_SERVICE_ACCOUNT the application default credentials are
used. Several tenants, each with its own credential and user, are for a configuration file. "vault-jobs doctor" says
what is amiss and how to mend it.

Exports queue for what Vault allows: 20 at once, of which 2 are left for people in the Vault UI, and 2 creates a minute.
VAULT_JOBS_RUNNING_EXPORTS, VAULT_JOBS_RESERVED_EXPORTS and VAULT_JOBS_CREATES_PER_MINUTE say so where yours differ.`;

export type WorkerFlags = SettingFlags & OutputFlags;

export function workerCommand(): Command {
  const command = vaultOptions(
    new Command('worker').description('Run the jobs: the only command that changes anything in Vault'),
  )
    .optionsGroup('Telemetry:')
    .option(
      '--metrics <host:port>',
      'serve /metrics, /healthz and /readyz here (VAULT_JOBS_METRICS; default: nowhere)',
    )
    .option(
      '--metrics-refresh <duration>',
      'how often jobs are counted for it (VAULT_JOBS_METRICS_REFRESH; default 30s)',
    )
    .option('--log-format <format>', 'text or json (VAULT_JOBS_LOG_FORMAT; default text)')
    .optionsGroup('Output:');
  return ledgerOption(taskQueueOption(temporalOptions(jsonOption(command))))
    .addHelpText('after', EXAMPLES)
    .action(run(startWorker));
}

async function startWorker(flags: WorkerFlags): Promise<ExitCode> {
  const settings: Settings = settingsFrom(flags);
  // Loaded here only: the SDK's native part takes longer to load than most commands take to run.
  const { serve } = await import('../serve.js');
  return serve(settings, flags);
}
