import { Command } from 'commander';
import { EXIT } from '../exit-code';
import type { ExitCode } from '../exit-code';
import { InterruptedError } from '../interrupted-error';
import { createOutput, jsonOption } from '../output';
import { run } from '../run-command';

const EXAMPLES = `
Examples:
  $ vault-jobs demo
  $ vault-jobs demo --keep        look at the jobs in Temporal's UI afterwards
  $ vault-jobs demo --json | jq '.jobs[] | {scenario, outcome, disposition, agrees}'

It takes about half a minute and touches nothing of yours: its own Temporal server, fake Vault, ledger and worker, on free
ports and in a temporary folder. TEMPORAL_ADDRESS and profiles are ignored. Exit code 0 only if every job ended as it
must and the fake Vault's own log agrees.`;

interface DemoFlags {
  keep?: boolean;
  json?: boolean;
}

/** `vault-jobs demo`: plays every way a cancel can end, and checks itself. */
export function demoCommand(): Command {
  const command = new Command('demo')
    .description('Play every way a cancel can end, on an embedded stack of its own, and check the results')
    .option('--keep', 'keep everything up afterwards, Temporal UI included, until Ctrl-C');
  return jsonOption(command).addHelpText('after', EXAMPLES).action(run(demo));
}

async function demo(flags: DemoFlags): Promise<ExitCode> {
  const { reportJson, reportText } = await import('../../demo/report.js');
  const { runDemo } = await import('../../demo/run-demo.js');
  const { stopSignal, untilAborted } = await import('../../stack/stop-signal.js');
  const output = createOutput(flags);
  const stop = stopSignal();
  try {
    const played = await runDemo(stop.signal);
    if (played === undefined) throw new InterruptedError('Stopped; nothing of the demo is left running');
    const { report } = played;
    try {
      output.answer(reportJson(report), (_shown, palette) => reportText(report, palette));
      if (flags.keep) {
        output.note(`Still up: Temporal UI ${report.uiUrl} (Ctrl-C stops everything)`);
        await untilAborted(stop.signal);
      }
    } finally {
      await played.close();
    }
    if (!flags.keep) {
      output.note(
        `Temporal's UI was at ${report.uiUrl}; to look at these jobs in it: npm run demo -- --keep`,
      );
    }
    return report.ok ? EXIT.OK : EXIT.FAILURE;
  } finally {
    stop.release();
  }
}
