import { assertNever } from './assert-never';
import type { JobRecord } from './job-record';
import type { JobState, Outcome } from './outcome';

/** What a person should know or do now, in one sentence: for the Temporal UI, the CLI and the record. */
export function advice(record: Omit<JobRecord, 'advice'>): string {
  if (record.outcome !== undefined) return outcomeAdvice(record.outcome, record);
  if (record.blocked) return blockedAdvice(record.blocked.on);
  return stateAdvice(record.state, record);
}

function blockedAdvice(on: NonNullable<JobRecord['blocked']>['on']): string {
  switch (on) {
    case 'vault':
      return 'Vault does not answer as it should; nothing to do, the job goes on by itself.';
    case 'quota':
      return 'A Vault quota is used up; nothing to do, the job goes on by itself.';
    case 'slot':
      return 'The job waits in the queue for one of the exports that Vault runs at once; nothing to do, it starts by itself.';
    case 'access':
      return 'The worker’s Vault user lost access: share the matter with it or give its privileges back.';
    case 'credential':
      return 'The worker’s credential is refused: mend the key or its domain-wide delegation.';
    case 'ledger':
      return 'The ledger’s database cannot be written: bring it back, the job waits for it.';
    case 'hand':
      return 'Somebody ended a step of the job in Temporal; nothing to do, the job runs it again by itself.';
    default:
      return assertNever('blocked on', on);
  }
}

function stateAdvice(state: JobState, record: Omit<JobRecord, 'advice'>): string {
  switch (state) {
    case 'QUEUED':
      return 'Nothing to do: the job starts when its turn comes.';
    case 'CREATING':
      return 'Nothing to do: the job is about to be made in Vault.';
    case 'RUNNING':
      return 'Nothing to do: the job runs in Vault. To stop it, request its cancellation.';
    case 'CANCEL_REQUESTED':
      return 'Nothing to do: the cancel is on its way to Vault.';
    case 'CANCELLING':
      return record.cancel.disposition === 'ACCEPTED'
        ? 'Nothing to do: Vault took the cancel; the job waits for a reading that proves it.'
        : 'Nothing to do: Vault says that there is nothing left to cancel; the job waits for a reading that proves it.';
    case 'CANCEL_UNCONFIRMED':
      return 'Vault took the cancel long ago and no reading confirms it: have a look at it in Vault.';
    case 'NOT_CANCELLABLE':
      return record.cancel.disposition === 'NO_OPERATION'
        ? 'Nothing can cancel this export: no operation is known for it. Link one, delete it in Vault, or let it finish.'
        : 'Vault does not cancel this: let it finish, or end it in Vault by hand.';
    case 'ENDED':
      return 'The job has ended.';
    default:
      return assertNever('state', state);
  }
}

function outcomeAdvice(outcome: Outcome, record: Omit<JobRecord, 'advice'>): string {
  switch (outcome) {
    case 'COMPLETED':
      return record.kind === 'export'
        ? 'Finished: download the files within 15 days of its start, after that Vault drops them.'
        : 'Finished.';
    case 'CANCELLED':
      if (record.cancel.disposition === 'NOT_NEEDED') return 'Cancelled before anything was made in Vault.';
      return record.cancel.possiblyOurs
        ? 'Cancelled: Vault itself says so. The answer to this job’s own cancel was lost, so that or somebody else’s did it.'
        : 'Cancelled: Vault itself says so.';
    case 'COMPLETED_DESPITE_CANCEL':
      return 'It finished although a cancel was asked for: the result exists, decide what becomes of it.';
    case 'FAILED':
      if (record.cancel.possiblyOurs)
        return 'It failed in Vault; a cancel of this job, whose answer was lost, may be the cause.';
      return 'It failed in Vault, which gives no reason for a failed export: narrow the query and start again.';
    case 'DELETED':
      return 'Deleted by this job while unfinished, as its owner allowed.';
    case 'VANISHED':
      if (record.remote.expired) return 'Gone: Vault drops exports after 15 days.';
      return record.cancel.possiblyOurs
        ? 'Gone; a cancel of this job, whose answer was lost, may be the cause, or somebody deleted it in Vault.'
        : 'Gone, and not by this job: ask who deleted it in Vault.';
    case 'ENDED_UNKNOWN':
      return 'Vault ended it without a result: a person must look.';
    case 'UNCONFIRMED':
      return 'The last limit passed without proof of any end: a person must look.';
    default:
      return assertNever('outcome', outcome);
  }
}
