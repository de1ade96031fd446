import { ApplicationFailure, condition } from '@temporalio/workflow';
import type { Recall, Recalled } from '../src/domain/recalled';
import type { Job } from './job';

/**
 * A run that is not the first reads the ledger before it acts: a reset forgets what came after it, a new start all that
 * was before. A reset to a later task replays what was there; the first task that is new then asks.
 */
export async function recallEarlierRuns(job: Job): Promise<void> {
  if (!job.hadEarlierRun) return;
  await condition(() => job.mustRecall());
  // What is to be recalled has to be in the ledger as a whole.
  while (job.hasCarriedLines && job.hasUnwritten()) await job.step(job.steps.writeJournal);
  const recall = await job.step(job.steps.recall);
  takeUp(job, recall);
}

/** The same, by a step of a first run that has read the ledger anyhow: it may have been begun anew under its id. */
export function takeUpIfKnown(job: Job, step: { recalled?: Recalled }): void {
  if (step.recalled !== undefined && !job.hadEarlierRun) job.takeUp(step.recalled);
}

function takeUp(job: Job, recall: Recall): void {
  switch (recall.type) {
    case 'NOTHING':
      return job.judgeRequests();
    case 'KNOWN':
      return job.takeUp(recall.recalled);
    case 'ID_TAKEN':
      throw idTaken(recall);
  }
}

/** Fails this workflow and leaves the job alone whose id it is: `state` is what the ledger is to go on showing of it. */
export function idTaken({ detail, state }: { detail: string; state?: string }): ApplicationFailure {
  return ApplicationFailure.create({ message: detail, type: ID_TAKEN, nonRetryable: true, details: [state] });
}

export const ID_TAKEN = 'IdTaken';
