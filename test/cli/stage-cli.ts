import type { Stage } from '../support/stage';
import { runCli } from './cli-process';
import type { CliResult } from './cli-process';

/** Runs the built command against a stage's Temporal and workers, with a ledger of its own: an empty one. */
export async function runCliOn(stage: Stage, args: readonly string[]): Promise<CliResult> {
  return runCli(args, {
    TEMPORAL_ADDRESS: process.env.TEST_TEMPORAL_ADDRESS,
    VAULT_JOBS_TASK_QUEUE: stage.taskQueue,
    VAULT_JOBS_LEDGER: ':memory:',
  });
}
