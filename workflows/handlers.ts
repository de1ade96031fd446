import { ApplicationFailure, CancellationScope, condition, setHandler } from '@temporalio/workflow';
import { z } from 'zod';
import { blockedSchema } from '../src/domain/job-record';
import type { CancelAnswer } from '../src/domain/messages';
import { operationNameDoorSchema, operationNameSchema } from '../src/domain/query';
import { firstReadingOfRequests, firstReadingOfWords } from './first-reading';
import type { Job } from './job';
import {
  blockedSignal,
  cancelSignal,
  linkOperationUpdate,
  requestCancelUpdate,
  standingQuery,
  statusQuery,
  unblockedSignal,
} from './messages';
import { stepUnless } from './step-unless';

/** Opens the job's doors. The descriptions are what the Temporal UI shows in its menus. */
export function serve(job: Job): void {
  const firstReading = firstReadingOfRequests();
  const readWord = firstReadingOfWords();
  setHandler(cancelSignal, (payload) => void job.requestCancel('signal', firstReading(payload)), {
    description:
      'Cancels this job; works without a worker too. Data, if any: "a reason", or {"reason": "too broad", "requestedBy": "me"}. Only the result says what became of it.',
  });
  setHandler(requestCancelUpdate, (payload) => answerCancel(job, payload), {
    validator: refuseTooLarge,
    description:
      'The same cancel, answered at once: does the request stand? Same data as the signal. Needs a worker.',
  });
  setHandler(linkOperationUpdate, (payload) => linkOperation(job, payload), {
    validator: (...values) => {
      refuseTooLarge(...values);
      refuseBadLink(job, values[0]);
    },
    description:
      'Names the operation behind this export. Data: "operations/…". It is checked, and a waiting cancel is then sent.',
  });
  setHandler(statusQuery, () => job.record(), {
    description:
      'The job’s record as it stands. What the last look in Vault saw is under Pending Activities.',
  });
  setHandler(standingQuery, (requestId) => job.facts(requestId), {
    description: 'Internal: what a stale policy must know of the job.',
  });
  setHandler(blockedSignal, (payload) => takeBlocked(job, readWord(payload)), {
    description: 'Internal, sent by the job’s own steps: a step is blocked. Cancels nothing.',
  });
  setHandler(unblockedSignal, (payload) => takeUnblocked(job, readWord(payload)), {
    description: 'Internal, sent by the job’s own steps: a step goes on. Cancels nothing.',
  });
}

const token = z.string().optional();
const blockedMessage = blockedSchema.extend({ token });
const unblockedMessage = blockedSchema.pick({ during: true }).extend({ token });

/** An answer that people wait for; not before it is known what earlier runs were asked. */
function answerCancel(job: Job, payload: unknown): CancelAnswer | Promise<CancelAnswer> {
  if (!job.mustRecall() || !job.holdsRequests) return job.requestCancel('update', payload);
  return condition(() => !job.holdsRequests).then(() => job.requestCancel('update', payload));
}

/** Anybody can send these too; what is not one of ours is passed over. */
function takeBlocked(job: Job, payload: unknown): void {
  const read = blockedMessage.safeParse(payload);
  if (!read.success || !job.isOwnStep(read.data.token, read.data.during)) return job.ignoreMessage('blocked');
  const { on, since, during, detail } = read.data;
  job.block({ on, since, during, detail });
}

function takeUnblocked(job: Job, payload: unknown): void {
  const read = unblockedMessage.safeParse(payload);
  if (!read.success || !job.isOwnStep(read.data.token, read.data.during))
    return job.ignoreMessage('unblocked');
  job.unblock(read.data.during);
}

/** As JSON. Ours have some five thousand; the server ends a job that accepts what it does not store. */
const MAX_UPDATE_CHARS = 100_000;

function refuseTooLarge(...values: unknown[]): void {
  if (JSON.stringify(values).length <= MAX_UPDATE_CHARS) return;
  throw ApplicationFailure.nonRetryable('The data is larger than 100 KB: shorten it', 'TooLarge');
}

function refuseBadLink(job: Job, payload: unknown): void {
  // A validator does not run again at replay.
  const name = operationNameDoorSchema.safeParse(payload);
  if (!name.success) throw linkRefused('Give an operation name that begins with operations/');
  if (job.spec.kind !== 'export')
    throw linkRefused('Only an export can be linked: this job has its operation');
  if (job.hasEnded) throw linkRefused('The job has ended');
  if (job.remote.exportId === undefined)
    throw linkRefused('The export is not made yet: link it when it runs');
  if (job.remote.operationName !== undefined && job.remote.operationName !== name.data) {
    throw linkRefused('Another operation is linked already');
  }
}

async function linkOperation(job: Job, payload: unknown): Promise<{ operationName: string }> {
  const operationName = operationNameSchema.parse(payload);
  const { matterId, exportId } = job.remote;
  if (matterId === undefined || exportId === undefined) throw linkRefused('The export is not made yet');
  // A native cancellation of the job must not take this check with it; the job's end must.
  const checked = await CancellationScope.nonCancellable(() =>
    stepUnless(
      () => job.hasEnded,
      () =>
        job.step((input) =>
          job.steps.adoptOperation({
            ...input,
            operationName,
            belongsTo: { matterId, exportId },
            ...(!job.spec.allowUnnamedLinks && { mustBeNamed: true as const }),
          }),
        ),
    ),
  );
  if (checked.type === 'INTERRUPTED') throw linkRefused('The job has ended');
  if (checked.result.type === 'REFUSED') throw linkRefused(checked.result.detail);
  if (!job.hasEnded && job.remote.operationName === undefined) job.link(operationName);
  // Two links at once: the other one was first.
  if (!job.hasEnded && job.remote.operationName !== operationName)
    throw linkRefused('Another operation is linked already');
  return { operationName };
}

function linkRefused(detail: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(detail, 'LinkRefused');
}
