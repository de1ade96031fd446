import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findTemporal } from '../../src/embedded/temporal-binary';

const run = promisify(execFile);

/** Runs Temporal's own command line against the server of this test run, as a person would; answers what it prints. */
export async function temporalCli(...args: string[]): Promise<string> {
  const address = process.env.TEST_TEMPORAL_ADDRESS;
  if (address === undefined) throw new Error('global-setup.ts did not run');
  const { stdout } = await run(await findTemporal(), [...args, '--address', address]);
  return stdout;
}
