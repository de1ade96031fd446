import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { endWithUs } from '../embedded/guarded';
import { StackError } from './stack-error';

const CLI = join(__dirname, '..', 'cli', 'main.js');
/** What the worker command says on stdout when it takes work, in either form of its log. */
const READY_LINE = /^(?:Worker ready\b|\{"ready":true\b)/;
const READY_LIMIT_MS = 60_000;
const STOP_GRACE_MS = 15_000;
/** A stop alone writes some forty: four for each queue. */
const KEPT_LOG_LINES = 100;

/** A worker in a process of its own, the same as `vault-jobs worker`: it can be killed without us. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #log: string[] = [];
  readonly #listener: ((line: string) => void) | undefined;
  /** Resolves with how it ended, whoever ended it. */
  readonly exited: Promise<string>;

  private constructor(child: ChildProcess, log: ((line: string) => void) | undefined) {
    this.#child = child;
    this.#listener = log;
    endWithUs(child, { leadsGroup: true });
    this.exited = once(child, 'close').then(([code, signal]: (string | number | null)[]) => {
      return signal === null ? `exit code ${code}` : `${signal}`;
    });
  }

  /** Returns when it takes work. `log` gets every other line that it writes. `cli` is the built command. */
  static async start(
    env: NodeJS.ProcessEnv,
    log?: (line: string) => void,
    cli: string = CLI,
  ): Promise<WorkerProcess> {
    const child = spawn(process.execPath, [cli, 'worker'], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C in a terminal goes to a whole process group, and the worker is to be stopped in its turn.
      detached: true,
    });
    await once(child, 'spawn');
    const worker = new WorkerProcess(child, log);
    const ready = worker.#readLog().then(() => 'ready' as const);
    const limit = delay(READY_LIMIT_MS, 'did not become ready', { ref: false });
    const first = await Promise.race([ready, worker.exited, limit]);
    if (first === 'ready') return worker;
    await worker.kill();
    throw new StackError(`The worker did not start (${first}):\n${worker.lastLines}`);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get lastLines(): string {
    return this.#log.join('\n');
  }

  /** Lets calls under way end. Cancels nothing in Vault. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    const waiting = new AbortController();
    const grace = delay(STOP_GRACE_MS, 'late' as const, { signal: waiting.signal }).catch(() => undefined);
    const first = await Promise.race([this.exited, grace]);
    waiting.abort();
    if (first === 'late') await this.kill();
  }

  /** SIGKILL: what a crash looks like. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  /** Resolves at the ready line, and goes on reading after it. */
  #readLog(): Promise<void> {
    return new Promise((resolve) => {
      for (const stream of [this.#child.stdout, this.#child.stderr]) {
        if (!stream) continue;
        createInterface({ input: stream }).on('line', (line) => {
          this.#log.push(line);
          if (this.#log.length > KEPT_LOG_LINES) this.#log.shift();
          if (READY_LINE.test(line)) resolve();
          else this.#listener?.(line);
        });
      }
    });
  }
}
