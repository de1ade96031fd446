import { devNull } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../../config/settings';
import type { DevStack } from '../../stack/dev-stack';
import { calledAs, fromHere, shellQuoted } from '../called-as';
import { paletteFor } from './palette';
import { keyValueTable } from './table';

/** What `dev` says when everything is up: where it all is, and a first command to paste. */
export function devWelcome(stack: DevStack, ledgerUrl: string): string {
  const palette = paletteFor(process.stdout, process.env);
  const rows: [string, string][] = [
    ['Temporal', stack.address],
    ...(stack.uiUrl === undefined ? [] : [['Temporal UI', stack.uiUrl] satisfies [string, string]]),
    ...(stack.httpUrl === undefined ? [] : [['Temporal HTTP', stack.httpUrl] satisfies [string, string]]),
    ['Fake Vault', `${stack.vault.rootUrl} as ${stack.vault.subject}`],
    ['Matter', stack.matterId],
    ['Ledger', ledgerUrl],
    ['Worker', `process ${stack.workerPid}; kill it, and see its jobs go on`],
    ['Its log', stack.workerLog],
    ...(stack.encryption ? [['Codec server', stack.encryption.codecUrl] satisfies [string, string]] : []),
  ];
  const environment = exportsFor(stack, ledgerUrl);
  const lines = [...environment, firstCommand(stack.matterId)];
  return [
    palette.good('Ready'),
    '',
    keyValueTable(rows, palette),
    '',
    environment.length > 0 ? 'In another terminal:' : 'In another terminal, no environment needed:',
    ...lines.map((line) => `  ${palette.bold(line)}`),
    '',
    palette.dim('Ctrl-C stops all of this and cancels nothing.'),
  ].join('\n');
}

function firstCommand(matterId: string): string {
  const example = shellQuoted(
    fromHere(join(__dirname, '..', '..', '..', '..', 'examples', 'export-mail.json')),
  );
  return `${calledAs()} export start --file ${example} --matter ${matterId}`;
}

/** Only what the CLI would not find by itself. Another terminal need not have what was set in this one. */
function exportsFor(stack: DevStack, ledgerUrl: string): string[] {
  const { TEMPORAL_ADDRESS: _address, VAULT_JOBS_LEDGER: _ledger, ...others } = process.env;
  const { temporal, ledger, configFile } = readSettings({}, others);
  const found = temporal.address.replace(/^localhost:/, '127.0.0.1:');
  const wanted = stack.address.replace(/^localhost:/, '127.0.0.1:');
  return [
    // Its tenants, and whatever else it says, are not those of this worker.
    ...(configFile === undefined ? [] : [`export VAULT_JOBS_CONFIG=${devNull}`]),
    ...(found === wanted ? [] : [`export TEMPORAL_ADDRESS=${stack.address}`]),
    ...(ledger === ledgerUrl ? [] : [`export VAULT_JOBS_LEDGER=${shellQuoted(ledgerUrl)}`]),
    ...keysFor(stack),
  ];
}

function keysFor({ encryption, uiUrl }: DevStack): string[] {
  const set = process.env.VAULT_JOBS_ENCRYPTION_KEYS || undefined;
  if (encryption?.keys === set) return [];
  if (encryption) return [`export VAULT_JOBS_ENCRYPTION_KEYS=${shellQuoted(encryption.keys)}`];
  // A worker on a server of its own has no key: a job that is encrypted would wait for one.
  return uiUrl === undefined ? [] : ['unset VAULT_JOBS_ENCRYPTION_KEYS'];
}
