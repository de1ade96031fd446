import type { Timing } from '../src/domain/timing';
import type { AttemptEnd } from './attempt';

/** What a step keeps of a server's word that it does not have a method. */
export interface SaidUnimplemented {
  unimplementedSinceMs?: number;
}

/**
 * Much rests on that word: an export may be deleted because nothing can be asked to cancel it. A release that is
 * being rolled out may say it in passing, so it counts when it is said twice, as far apart as an absence is
 * confirmed. Undefined once it stands.
 */
export function untilSaidTwice(
  state: SaidUnimplemented,
  { goneReads, goneReadMs }: Timing,
): AttemptEnd<never> | undefined {
  const nowMs = Date.now();
  state.unimplementedSinceMs ??= nowMs;
  const waitMs = state.unimplementedSinceMs + goneReads * goneReadMs - nowMs;
  if (waitMs <= 0) return undefined;
  return {
    type: 'LOOK_AGAIN',
    waitMs,
    seen: 'Vault answers UNIMPLEMENTED, which counts when it says so again',
  };
}
