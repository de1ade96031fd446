import { Command } from 'commander';
import { defaultLedger } from '../../config/settings';
import { ledgerOption } from '../connection-options';
import { EXIT } from '../exit-code';
import type { ExitCode } from '../exit-code';
import { durationMs, oneOf, wholeNumber } from '../flag-values';
import { note, print } from '../output';
import { run } from '../run-command';
import { devWelcome } from '../view/dev-welcome';

const EXAMPLES = `
Examples:
  $ vault-jobs dev
  $ vault-jobs dev --link-mode linked        a cancel of an export is honoured
  $ vault-jobs dev --encrypt                 what Temporal stores is unreadable, and its UI decrypts it
  $ TEMPORAL_ADDRESS=temporal:7233 vault-jobs dev

Ctrl-C stops everything and cancels nothing; jobs go on at the next start. With TEMPORAL_ADDRESS that server is used
instead of one started here. The fake Vault lives in memory: at the next start, exports that ran are gone.`;

interface DevFlags {
  fresh?: boolean;
  port?: number;
  uiPort?: number;
  ledger?: string;
  linkMode?: 'documented' | 'linked';
  limits?: 'documented' | 'off';
  exportDuration: number;
  encrypt?: boolean;
}

/** `vault-jobs dev`: everything embedded, until Ctrl-C. */
export function devCommand(): Command {
  const command = new Command('dev')
    .description('Run Temporal with its UI, a fake Vault and a worker on this machine, until Ctrl-C')
    .option('--fresh', 'forget the jobs of earlier starts; the ledger is kept')
    .option('--port <number>', "Temporal's port; 0 for any (default: 7233 if free)", portNumber('--port'))
    .option(
      '--ui-port <number>',
      "port of Temporal's UI; 0 for any (default: 8233 if free)",
      portNumber('--ui-port'),
    )
    .option(
      '--link-mode <mode>',
      'documented (default): an export has no operation; linked: it has one, and can be cancelled',
      oneOf('--link-mode', ['documented', 'linked']),
    )
    .option(
      '--limits <mode>',
      "documented (default): Google's quotas count; off",
      oneOf('--limits', ['documented', 'off']),
    )
    .option('--encrypt', 'encrypt what Temporal stores, and let its UI decrypt it')
    .option(
      '--export-duration <duration>',
      'how long an export runs',
      durationMs('--export-duration'),
      45_000,
    );
  return ledgerOption(command).addHelpText('after', EXAMPLES).action(run(dev));
}

function portNumber(flag: string): (text: string) => number {
  return wholeNumber(flag, 0, 65_535);
}

async function dev(flags: DevFlags): Promise<ExitCode> {
  const { Closing } = await import('../../stack/closing.js');
  const { startDevStack } = await import('../../stack/dev-stack.js');
  const { stopSignal, untilAborted } = await import('../../stack/stop-signal.js');
  const ledgerUrl = flags.ledger ?? (process.env.VAULT_JOBS_LEDGER || defaultLedger(process.env));
  const externalAddress = process.env.TEMPORAL_ADDRESS;
  const stop = stopSignal();
  const closing = new Closing();
  try {
    const started = startDevStack(
      {
        fresh: flags.fresh ?? false,
        ledgerUrl,
        encrypt: flags.encrypt ?? false,
        note,
        vault: {
          durations: { exportMs: flags.exportDuration },
          ...(flags.linkMode && { linkMode: flags.linkMode }),
          ...(flags.limits && { limits: flags.limits }),
        },
        ...(flags.port !== undefined && { port: flags.port }),
        ...(flags.uiPort !== undefined && { uiPort: flags.uiPort }),
        ...(externalAddress && { externalAddress }),
      },
      closing,
    );
    const stack = await Promise.race([started, untilAborted(stop.signal)]);
    if (stack) {
      print(process.stdout, devWelcome(stack, ledgerUrl));
      await Promise.race([stack.broken, untilAborted(stop.signal)]);
      note(
        'Stopping. Nothing in Vault is cancelled; jobs go on at the next start, and find that the fake Vault has ' +
          'forgotten what ran.',
      );
    }
  } finally {
    await closing.close();
    stop.release();
  }
  return EXIT.OK;
}
