import { admitWaiters } from './admission/admit-waiters';
import { takeCensus } from './admission/take-census';
import type { CensusInput } from './admission/take-census';
import { takeTurn } from './admission/take-turn';
import { adoptExport, adoptOperation, findLinkedOperation } from './adopt';
import { cancelOperation } from './cancel-operation';
import { createExport, findCreatedExport } from './create-export';
import { deleteExport } from './delete-export';
import type { ActivityDeps } from './deps';
import { recall } from './recall';
import { recordOutcome, writeJournal } from './record';
import { findStartedCount, startCount } from './start-count';
import type { StepInput } from './step';
import { watch } from './watch';
import { writeBackCancel } from './write-back-cancel';

/** Every side effect of a job, and of the queue of jobs. Each is at-least-once and safe to repeat; its own comment says how. */
export function createActivities(deps: ActivityDeps) {
  const { ledgerFor = () => deps.ledger } = deps;
  const bind =
    <I extends StepInput, R>(step: (deps: ActivityDeps, input: I) => Promise<R>) =>
    (input: I): Promise<R> =>
      step({ ...deps, ledger: ledgerFor(input.journal.job.tenant) }, input);
  return {
    // The queue belongs to a tenant and to no job.
    admitWaiters: (input: Parameters<typeof admitWaiters>[1]) => admitWaiters(deps, input),
    adoptExport: bind(adoptExport),
    adoptOperation: bind(adoptOperation),
    cancelOperation: bind(cancelOperation),
    createExport: bind(createExport),
    deleteExport: bind(deleteExport),
    findCreatedExport: bind(findCreatedExport),
    findLinkedOperation: bind(findLinkedOperation),
    findStartedCount: bind(findStartedCount),
    recall: bind(recall),
    recordOutcome: bind(recordOutcome),
    startCount: bind(startCount),
    takeCensus: (input: CensusInput) => takeCensus({ ...deps, ledger: ledgerFor(input.tenant) }, input),
    takeTurn: bind(takeTurn),
    watch: bind(watch),
    writeBackCancel: bind(writeBackCancel),
    writeJournal: bind(writeJournal),
  };
}

export type Activities = ReturnType<typeof createActivities>;
