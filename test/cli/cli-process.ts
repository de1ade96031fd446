import { execFile, spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { devNull } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

export interface CliResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** The built command. */
export const MAIN = join(__dirname, '..', '..', 'dist', 'src', 'cli', 'main.js');
const LIMIT_MS = 30_000;

/** Starts the built command and leaves it running. */
export function startCli(args: readonly string[]): ChildProcessByStdio<null, Readable, null> {
  return spawn(process.execPath, [MAIN, ...args], {
    env: bareEnvironment(),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** Runs the built command to its end. */
export async function runCli(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> {
  return new Promise((resolve) => {
    const options = { env: { ...bareEnvironment(), ...env }, timeout: LIMIT_MS };
    const child = execFile(process.execPath, [MAIN, ...args], options, (error, stdout, stderr) => {
      const code = error?.code ?? (error ? -1 : 0);
      resolve({ exitCode: typeof code === 'number' ? code : -1, stdout, stderr });
    });
    child.stdin?.end();
  });
}

/** Nothing of this machine's own configuration; port 1 is never served, so no test reaches a server that runs here. */
export function bareEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(TEMPORAL|VAULT|GOOGLE)_/.test(name));
  return {
    ...Object.fromEntries(own),
    NO_COLOR: '1',
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    VAULT_JOBS_CONFIG: devNull,
  };
}
