import { advice } from '../src/domain/describe';
import type { CancelRecord, JobRecord } from '../src/domain/job-record';
import { cancelAnswerBeyond, isPossiblyOurs } from '../src/domain/prior-calls';
import { hasLeft, tellingQueue } from './admission/reports';
import { runAttempt } from './attempt';
import type { ActivityDeps } from './deps';
import type { StepInput } from './step';

/** Writes what no other step carried: late requests, for the most part. Safe to repeat. */
export async function writeJournal(deps: ActivityDeps, input: StepInput): Promise<void> {
  // The attempt itself writes the journal it was given.
  return runAttempt(deps, 'write', input, {}, async () => ({ type: 'DONE', result: undefined }));
}

/**
 * Stores the outcome with its evidence and answers the record as it stands, its counters read from the
 * ledger: watches and attempts that were cut short are counted there, and an answer that a dying worker could
 * not pass on is kept there. The job's slot goes to the next. Safe to repeat.
 */
export async function recordOutcome(
  deps: ActivityDeps,
  input: StepInput & { record: JobRecord },
): Promise<JobRecord> {
  const { job } = input.journal;
  return tellingQueue(deps, job, (tell) =>
    runAttempt(deps, 'record', input, {}, async () => {
      const { jobId, cancel } = input.record;
      const kept = await deps.ledger.job(jobId);
      const events = await deps.ledger.events(jobId);
      const { possiblyOurs: _guessed, ...known } = cancel;
      const answered: CancelRecord = {
        ...known,
        attempts: kept?.cancelAttempts ?? 0,
        ...cancelAnswerBeyond(cancel.disposition, events),
      };
      const possiblyOurs = isPossiblyOurs(input.record.outcome, answered.disposition, events);
      const { advice: _said, ...facts } = {
        ...input.record,
        polls: kept?.polls ?? 0,
        cancel: { ...answered, ...(possiblyOurs && { possiblyOurs }) },
      };
      const record: JobRecord = { ...facts, advice: advice(facts) };
      await deps.ledger.recordOutcome({ ...input.journal, entries: [] }, record);
      if (job.kind === 'export') tell(hasLeft(job));
      return { type: 'DONE', result: record };
    }),
  );
}
