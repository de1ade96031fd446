import { Command } from 'commander';
import { ConfigError } from '../../config/config-error';
import type { Settings } from '../../config/settings';
import type { SettingFlags } from '../../config/setting-sources';
import {
  ledgerOption,
  settingsFrom,
  taskQueueOption,
  temporalOptions,
  vaultOptions,
} from '../connection-options';
import { shared } from '../doctor/check';
import { allChecks } from '../doctor/checks';
import { configProblems } from '../doctor/config-checks';
import { runChecks } from '../doctor/run-checks';
import type { CheckResult } from '../doctor/run-checks';
import { EXIT } from '../exit-code';
import type { ExitCode } from '../exit-code';
import { createOutput, jsonOption } from '../output';
import type { OutputFlags } from '../output';
import { run } from '../run-command';
import { connect } from '../session';
import { diagnosis } from '../view/diagnosis';

const EXAMPLES = `
Examples:
  $ vault-jobs doctor
  $ vault-jobs doctor --config /etc/vault-jobs/config.yaml
  $ vault-jobs doctor --json | jq '.checks[] | select(.status == "fail")'

Run it where the worker runs, with the worker's settings. It reads one page of matters as each tenant's Vault user,
changes nothing, and ends within some fifteen seconds. Exit 1 if anything fails; what is marked ! works and should be
known.`;

/** What may still hold the process when everything is said: a connection that was given up. */
const LINGER_MS = 1_000;

type Flags = SettingFlags & OutputFlags;

export function doctorCommand(): Command {
  const command = vaultOptions(
    jsonOption(new Command('doctor').description('Check everything that jobs need, and say how to mend it')),
  );
  return ledgerOption(taskQueueOption(temporalOptions(command)))
    .addHelpText('after', EXAMPLES)
    .action(run(doctor));
}

async function doctor(flags: Flags): Promise<ExitCode> {
  const output = createOutput(flags);
  if (process.stderr.isTTY) output.note('Looking; this takes some seconds at most.');
  const checks = await examine(flags);
  const isWell = checks.every(({ status }) => status !== 'fail');
  output.answer({ ok: isWell, checks }, (shown, palette) => diagnosis(shown.checks, palette));
  const exitCode = isWell ? EXIT.OK : EXIT.FAILURE;
  setTimeout(() => process.exit(exitCode), LINGER_MS).unref();
  return exitCode;
}

async function examine(flags: Flags): Promise<CheckResult[]> {
  let settings: Settings;
  try {
    settings = settingsFrom(flags);
  } catch (error) {
    if (error instanceof ConfigError) return configProblems(error.problems);
    throw error;
  }
  const connection = shared(() => connect(settings));
  const results = await runChecks(allChecks(settings, connection));
  connection().then(
    (opened) => opened.close(),
    () => undefined,
  );
  return results;
}
