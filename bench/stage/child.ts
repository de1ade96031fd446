import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { endWithUs } from '../../src/embedded/guarded';

const HOOK = join(__dirname, '..', '..', 'test', 'support', 'typescript-hook.cjs');

/** A module of ours in a process of its own: its exported `main` gets the argument, and tells when it is ready. */
export class Child {
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#process = child;
  }

  static async start(module: string, argument: object): Promise<Child> {
    const script = `
      require(${JSON.stringify(HOOK)}).register();
      require(${JSON.stringify(join(__dirname, module))}).main(JSON.parse(process.argv[1]));`;
    const child = spawn(
      process.execPath,
      ['--unhandled-rejections=strict', '-e', script, JSON.stringify(argument)],
      {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      },
    );
    endWithUs(child);
    const ended = once(child, 'exit').then(([code, signal]) => String(signal ?? code));
    const first = await Promise.race([once(child, 'message').then(() => 'ready'), ended]);
    if (first !== 'ready') throw new Error(`${module} ended before it was ready: ${first}`);
    return new Child(child);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}
