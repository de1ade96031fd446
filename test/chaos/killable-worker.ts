import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { endWithUs } from '../../src/embedded/guarded';
import type { WorkerPlaces } from './worker-main';

const SCRIPT = `
  require(${JSON.stringify(join(__dirname, '..', 'support', 'typescript-hook.cjs'))}).register();
  require(${JSON.stringify(join(__dirname, 'worker-main.ts'))}).runWorker(JSON.parse(process.argv[1]));`;

/** One worker process at a time, which crashes when it is told to. */
export class KillableWorker {
  readonly #places: WorkerPlaces;
  #child: ChildProcess | undefined;

  constructor(places: WorkerPlaces) {
    this.#places = places;
  }

  /** Resolves when it takes work. */
  async start(): Promise<void> {
    const child = spawn(
      process.execPath,
      ['--unhandled-rejections=strict', '-e', SCRIPT, JSON.stringify(this.#places)],
      {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      },
    );
    this.#child = child;
    endWithUs(child);
    const ended = once(child, 'exit').then(([code, signal]) => String(signal ?? code));
    const first = await Promise.race([once(child, 'message').then(() => 'ready'), ended]);
    if (first !== 'ready') throw new Error(`The worker ended before it was ready: ${first}`);
  }

  /** SIGKILL: nothing of it gets to finish anything. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}
