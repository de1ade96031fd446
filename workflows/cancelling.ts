import { condition, patched } from '@temporalio/workflow';
import type { Job } from './job';
import { sleepUnlessEnded } from './timer';

/** The wait for a confirmation doubles with every sending, up to a day: a job may wait for weeks. */
const MAX_CONFIRM_WAIT_MS = 24 * 60 * 60 * 1000;

/**
 * Carries a cancel out, beside the watch: what ends first decides, so this never returns, it is cancelled.
 * A request is sent as soon as there is an operation to name, and again while nothing confirms it.
 */
export async function carryOutCancel(job: Job): Promise<never> {
  await condition(() => job.cancel.asked && job.canBeStopped);
  job.enter('STATE', 'CANCEL_REQUESTED');
  for (let sendings = 0; ;) {
    const operationName = await operationToCancel(job);
    if (operationName === undefined) {
      job.cancel.settle('NO_OPERATION');
      await settleForWhatIsLeft(job, operationName);
      continue;
    }
    job.cancel.sending(new Date().toISOString());
    const reply = await job.step((input) => job.steps.cancelOperation({ ...input, operationName }));
    sendings += 1;
    job.cancel.answered(reply);
    switch (reply.type) {
      case 'ACCEPTED':
      case 'ALREADY_FINISHED':
      case 'NOT_FOUND':
        if (job.state === 'CANCEL_REQUESTED') job.enter('STATE', 'CANCELLING');
        job.watchMoreClosely();
        await untilUnconfirmed(job, sendings, operationName);
        break;
      case 'UNSUPPORTED':
        await settleForWhatIsLeft(job, operationName);
        break;
      case 'REFUSED':
        job.enter('STATE', 'NOT_CANCELLABLE');
        await untilLinkedAnew(job, operationName);
        break;
    }
  }
}

async function operationToCancel(job: Job): Promise<string | undefined> {
  const { matterId, exportId, operationName } = job.remote;
  if (operationName !== undefined || matterId === undefined || exportId === undefined) return operationName;
  // Said once, when it was made: nothing is left uncancelled, or deleted, on that.
  if (job.operationsAreUnlisted && !patched('ask-again-for-the-operation')) return undefined;
  const found = await job.step((input) =>
    job.steps.findLinkedOperation({ ...input, matterId, exportId, persist: true }),
  );
  if (found.type === 'UNIMPLEMENTED') job.operationsAreUnlisted = true;
  if (found.type === 'FOUND' && job.remote.operationName === undefined) job.link(found.operationName);
  return job.remote.operationName;
}

/** Nobody can be asked to cancel. What the job's owner allowed decides, and a link may still come. */
async function settleForWhatIsLeft(job: Job, tried: string | undefined): Promise<void> {
  job.enter('STATE', 'NOT_CANCELLABLE');
  const { matterId, exportId } = job.remote;
  const mayDelete =
    job.spec.whenNotCancellable === 'delete-export' && job.cancel.mayDelete && !job.deletedByUs;
  if (mayDelete && matterId !== undefined && exportId !== undefined) {
    job.isDeleting = true;
    const reply = await job.step((input) => job.steps.deleteExport({ ...input, matterId, exportId }));
    job.isDeleting = false;
    job.deletedByUs = reply.type === 'DELETED' || 'possiblyOurs' in reply;
    job.watchMoreClosely();
  } else {
    await job.step(job.steps.writeJournal);
  }
  await untilLinkedAnew(job, tried);
}

async function untilLinkedAnew(job: Job, tried: string | undefined): Promise<void> {
  await condition(() => job.remote.operationName !== tried);
}

async function untilUnconfirmed(job: Job, sendings: number, tried: string): Promise<void> {
  const waitMs = Math.min(MAX_CONFIRM_WAIT_MS, job.spec.limits.confirmWithinMs * 2 ** (sendings - 1));
  const linkedAnew = await Promise.race([
    untilLinkedAnew(job, tried).then(() => true),
    sleepUnlessEnded(waitMs, 'Confirmation: send the cancel again').then(() => false),
  ]);
  if (!linkedAnew) job.enter('CANCEL_UNCONFIRMED', 'CANCEL_UNCONFIRMED', { afterMs: waitMs, sendings });
}
