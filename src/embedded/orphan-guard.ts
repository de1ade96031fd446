import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { Socket } from 'node:net';

const GRACE_SECONDS = 5;

/** Ends the process, or the process group (negative), when this process is gone, however it went: also by SIGKILL, which no handler sees. */
export class OrphanGuard {
  readonly #watcher: ChildProcess;

  /**
   * A shell reads from a pipe that only this process holds open. The kernel closes the pipe when we die, the
   * read returns, and the shell ends what we left behind.
   */
  constructor(target: number) {
    const script = `read _; kill -s TERM -- ${target} && sleep ${GRACE_SECONDS} && kill -s KILL -- ${target}`;
    this.#watcher = spawn('/bin/sh', ['-c', script], {
      stdio: ['pipe', 'ignore', 'ignore'],
      // Its own process group: Ctrl-C in a terminal must not end the guard before its time.
      detached: true,
    });
    // Without a shell (Windows) there is no guard; the server itself works all the same.
    this.#watcher.on('error', () => {});
    this.#watcher.unref();
    if (this.#watcher.stdin instanceof Socket) this.#watcher.stdin.unref();
  }

  /** Once the process is gone its number may be given to another, so the guard must go too. */
  release(): void {
    this.#watcher.kill('SIGKILL');
  }
}
