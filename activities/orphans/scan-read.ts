import { Context } from '@temporalio/activity';
import type { Timing } from '../../src/domain/timing';
import { waitAfter } from '../backoff';
import type { Failure } from '../failure-table';
import { failureOf } from '../failure-table';
import { lookLater } from '../look-later';

/** What every read of a scan is given. */
export interface ScanReadInput {
  tenant: string;
  timing: Timing;
  /** A repeat costs units too: it waits at least this long. */
  paceMs: number;
}

/** A failure that may pass becomes one with its own next delay, for Temporal to repeat; others are for the caller. */
export async function readOrRepeat<T>(
  input: ScanReadInput,
  read: () => Promise<T>,
): Promise<{ type: 'READ'; result: T } | { type: 'REFUSED'; failure: Failure }> {
  try {
    return { type: 'READ', result: await read() };
  } catch (error) {
    const failure = failureOf(error);
    // One matter that may not be read must not hold up the rest.
    if (failure.pace === 'never' || failure.type === 'ACCESS') return { type: 'REFUSED', failure };
    const waitMs = Math.max(input.paceMs, waitAfter(failure, Context.current().info.attempt, input.timing));
    throw lookLater('Waiting', failure.detail, waitMs);
  }
}
