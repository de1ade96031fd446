import { once } from 'node:events';
import { InterruptedError } from '../interrupted-error';

const INTERRUPTS = ['SIGINT', 'SIGTERM'] as const;

/** Lets Ctrl-C end the waiting, with a word on what goes on without it, so that the terminal can be put in order. */
export async function untilInterrupted<T>(work: () => Promise<T>, whatGoesOn: string): Promise<T> {
  const interrupt = new AbortController();
  const leave = () => interrupt.abort();
  for (const signal of INTERRUPTS) process.on(signal, leave);
  const interrupted = once(interrupt.signal, 'abort').then((): never => {
    throw new InterruptedError(whatGoesOn);
  });
  try {
    return await Promise.race([work(), interrupted]);
  } finally {
    for (const signal of INTERRUPTS) process.off(signal, leave);
  }
}
