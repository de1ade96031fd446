import type { Command } from 'commander';
import { readSettings } from '../config/settings';
import type { Settings } from '../config/settings';
import type { SettingFlags } from '../config/setting-sources';

/** Where Temporal is: for every command that talks to it. */
export function temporalOptions(command: Command): Command {
  return configOption(command.optionsGroup('Connection:'))
    .option('--address <host:port>', 'Temporal server (TEMPORAL_ADDRESS; default localhost:7233)')
    .option('--namespace <name>', 'Temporal namespace (TEMPORAL_NAMESPACE; default default)');
}

export function configOption(command: Command): Command {
  return command.option(
    '--config <file>',
    'YAML file of settings (VAULT_JOBS_CONFIG; default ~/.config/vault-jobs/config.yaml, if there is one)',
  );
}

export function taskQueueOption(command: Command): Command {
  return command.option(
    '--task-queue <name>',
    "base name of the workers' queues (VAULT_JOBS_TASK_QUEUE; default vault-jobs)",
  );
}

/** Whom to act for in Vault: for the two commands that ask Vault anything. */
export function vaultOptions(command: Command): Command {
  return command
    .optionsGroup('Vault, for the tenant "default":')
    .option('--key-file <path>', 'service account key with domain-wide delegation (VAULT_KEY_FILE)')
    .option('--service-account <email>', 'delegation without a key: IAM signs for it (VAULT_SERVICE_ACCOUNT)')
    .option('--subject <email>', 'Vault user to act for (VAULT_SUBJECT)')
    .option('--root-url <url>', 'instead of https://vault.googleapis.com (VAULT_ROOT_URL)')
    .option('--storage-url <url>', 'instead of https://storage.googleapis.com (VAULT_STORAGE_URL)');
}

export function ledgerOption(command: Command): Command {
  return command.option(
    '--ledger <place>',
    'file or postgres:// URL (VAULT_JOBS_LEDGER; default ~/.local/share/vault-jobs/ledger.db)',
  );
}

/** The settings for one command: its own flags over the environment over the configuration file. */
export function settingsFrom(flags: SettingFlags): Settings {
  return readSettings(flags, process.env);
}
