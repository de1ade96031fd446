import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { JobRecord } from '../src/domain/job-record';
import {
  BLOCKED_SIGNAL,
  CANCEL_SIGNAL,
  LINK_OPERATION_UPDATE,
  REQUEST_CANCEL_UPDATE,
  STANDING_QUERY,
  STATUS_QUERY,
  UNBLOCKED_SIGNAL,
} from '../src/domain/messages';
import type { CancelAnswer } from '../src/domain/messages';
import type { JobFacts } from '../src/domain/policy-standing';
import { FROM_ANYBODY } from '../src/domain/undecryptable';

/** A hint is given by position. Ours carry one value; whoever sends a hundred means harm, and could terminate. */
const MAX_VALUES = 100;
export const fromAnybody = {
  typeInfo: {
    inputTypes: Array.from({ length: MAX_VALUES }, () => ({ payloadConverterHint: FROM_ANYBODY })),
  },
};

/** Takes anything at all: an object, a bare string (the reason), or nothing. */
export const cancelSignal = defineSignal<[unknown?]>(CANCEL_SIGNAL, fromAnybody);
export const requestCancelUpdate = defineUpdate<CancelAnswer, [unknown?]>(REQUEST_CANCEL_UPDATE);
export const linkOperationUpdate = defineUpdate<{ operationName: string }, [unknown]>(LINK_OPERATION_UPDATE);
export const statusQuery = defineQuery<JobRecord>(STATUS_QUERY);
/** Takes the id of a request to cancel, to be told what became of it. */
export const standingQuery = defineQuery<JobFacts, [unknown?]>(STANDING_QUERY);
export const blockedSignal = defineSignal<[unknown?]>(BLOCKED_SIGNAL, fromAnybody);
export const unblockedSignal = defineSignal<[unknown?]>(UNBLOCKED_SIGNAL, fromAnybody);
