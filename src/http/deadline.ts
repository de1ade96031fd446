/** The end of a call that may come from outside: its time is up, or its caller gave it up. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Undefined while the call may go on. */
  ended(): 'timeout' | 'aborted' | undefined;
  /** Rejects as soon as the deadline ends, for work that takes no signal itself. */
  race<T>(work: Promise<T>): Promise<T>;
  /** Gives the call its full time again, counted from now. */
  restart(): void;
  /** Stops the clock; the caller's signal is still heard. */
  pause(): void;
  /** Forgets the clock and the caller's signal. */
  clear(): void;
  /** Clears, and stops what still runs on the signal; afterwards the call has ended as aborted. */
  cancel(): void;
}

/**
 * One timer and one listener per call and caller, all taken down again. AbortSignal.any would hang a dependent signal
 * on the caller's for every call, and a watching activity keeps one signal for days.
 */
export function startDeadline(timeoutMs: number, ...given: (AbortSignal | undefined)[]): Deadline {
  const callers = given.filter((caller) => caller !== undefined);
  const controller = new AbortController();
  let ended: 'timeout' | 'aborted' | undefined;
  let timer: NodeJS.Timeout | undefined;
  const end = (how: 'timeout' | 'aborted') => {
    ended ??= how;
    clear();
    controller.abort();
  };
  const onCallerAbort = () => end('aborted');
  const pause = () => clearTimeout(timer);
  const clear = () => {
    pause();
    for (const caller of callers) caller.removeEventListener('abort', onCallerAbort);
  };
  const restart = () => {
    pause();
    if (ended === undefined) timer = setTimeout(() => end('timeout'), timeoutMs);
  };
  if (callers.some(({ aborted }) => aborted)) {
    end('aborted');
  } else {
    for (const caller of callers) caller.addEventListener('abort', onCallerAbort);
    restart();
  }
  return {
    signal: controller.signal,
    ended: () => ended,
    race: (work) => raceSignal(work, controller.signal),
    restart,
    pause,
    clear,
    cancel: () => end('aborted'),
  };
}

async function raceSignal<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const done = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    const onAbort = () => reject(new Error('The deadline ended'));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { signal: done.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    done.abort();
  }
}
