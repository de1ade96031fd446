import { recall as recallFrom } from '../src/domain/recall';
import type { Recall, Recalled } from '../src/domain/recalled';
import type { LedgerEvent } from '../src/domain/ledger-event';
import { runAttempt } from './attempt';
import type { ActivityDeps } from './deps';
import type { StepInput } from './step';

/** Reads what the ledger knows of this job's earlier runs. Safe to repeat. */
export async function recall(deps: ActivityDeps, input: StepInput): Promise<Recall> {
  return runAttempt(deps, 'recall', input, {}, async () => ({
    type: 'DONE',
    result: recallFrom(await deps.ledger.events(input.journal.job.jobId), input.journal),
  }));
}

/** The id is another job's, so this one must make and take nothing. */
export type IdTaken = Extract<Recall, { type: 'ID_TAKEN' }>;

/** What a step that has read the ledger anyhow brings back with its own answer. */
export interface Recalling {
  recalled?: Recalled;
}

export function idTakenBy(events: readonly LedgerEvent[], { journal }: StepInput): IdTaken | undefined {
  const recalled = recallFrom(events, journal);
  return recalled.type === 'ID_TAKEN' ? recalled : undefined;
}

export function recalledFrom(events: readonly LedgerEvent[], { journal }: StepInput): Recalling {
  const recalled = recallFrom(events, journal);
  return recalled.type === 'KNOWN' ? { recalled: recalled.recalled } : {};
}
