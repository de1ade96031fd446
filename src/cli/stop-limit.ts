import { setMaxListeners } from 'node:events';

/** Documented: a worker that is told to stop ends within ten seconds. */
const GIVE_UP_AFTER_MS = 7_000;
const END_AFTER_MS = 9_500;

/**
 * What ends a worker in time, whatever limit its calls have: those under way may end, then they are given up and count as
 * unanswered, and then the process ends with whatever still holds it.
 */
export class StopLimit {
  readonly #givingUp = new AbortController();

  constructor() {
    // Each call under way hears it, however many there are.
    setMaxListeners(0, this.#givingUp.signal);
  }

  /** Aborts when calls under way are given up. */
  get signal(): AbortSignal {
    return this.#givingUp.signal;
  }

  start(endProcess: () => void): void {
    setTimeout(() => this.#givingUp.abort(), GIVE_UP_AFTER_MS).unref();
    // Not cleared: it strikes only where something keeps the process alive that has nothing left to do.
    setTimeout(endProcess, END_AFTER_MS).unref();
  }
}
