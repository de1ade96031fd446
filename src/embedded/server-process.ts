import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { endWithUs } from './guarded';

const STOP_GRACE_MS = 10_000;
const KEPT_LOG_LINES = 30;

/** One running child: its last log lines, its end, and that it never outlives us. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #log: string[] = [];
  /** Resolves with how it ended, whoever ended it. */
  readonly exited: Promise<string>;
  #ended = false;

  private constructor(child: ChildProcess, log: ((line: string) => void) | undefined) {
    this.#child = child;
    endWithUs(child, { leadsGroup: true });
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#keep(line, log));
    }
    // 'close' and not 'exit': the last words are read by then.
    this.exited = once(child, 'close').then(([code, signal]: (string | number | null)[]) => {
      this.#ended = true;
      return signal === null ? `exit code ${code}` : `${signal}`;
    });
  }

  static async start(
    executable: string,
    args: readonly string[],
    log?: (line: string) => void,
    env: NodeJS.ProcessEnv = {},
  ): Promise<ServerProcess> {
    const child = withPrivateFiles(() =>
      spawn(executable, args, {
        env: { ...withoutTemporalSettings(process.env), ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
        // Ctrl-C in a terminal goes to a whole process group. The server must outlive the worker's drain.
        detached: true,
      }),
    );
    await once(child, 'spawn');
    return new ServerProcess(child, log);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get lastLines(): string {
    return this.#log.join('\n');
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    const waiting = new AbortController();
    const grace = delay(STOP_GRACE_MS, 'late' as const, { signal: waiting.signal }).catch(() => undefined);
    const first = await Promise.race([this.exited, grace]);
    waiting.abort();
    if (first === 'late') await this.kill();
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  #keep(line: string, log: ((line: string) => void) | undefined): void {
    this.#log.push(line);
    if (this.#log.length > KEPT_LOG_LINES) this.#log.shift();
    log?.(line);
  }
}

/** A profile or an address of the person at the keyboard must not reach a server that is ours alone. */
function withoutTemporalSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_')));
}

/** What the server makes, its database above all, is for the same user alone. A child takes over the mask as it is then. */
function withPrivateFiles<T>(start: () => T): T {
  const mask = process.umask(0o077);
  try {
    return start();
  } finally {
    process.umask(mask);
  }
}
