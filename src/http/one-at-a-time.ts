/** Lets one in after the other, for what takes much memory while it lasts. */
export class OneAtATime {
  #last: Promise<void> = Promise.resolve();

  /** Resolves with how to leave again. Who gives up waiting leaves his place to the next. */
  async enter(signal: AbortSignal): Promise<() => void> {
    const before = this.#last;
    let end: (() => void) | undefined;
    const leave = () => end?.();
    this.#last = new Promise((resolve) => {
      end = resolve;
    });
    const givenUp = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([before, givenUp]);
    if (!signal.aborted) return leave;
    void before.then(leave);
    throw new Error('The deadline ended');
  }
}
