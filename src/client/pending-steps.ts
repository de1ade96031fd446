import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import {
  decodeArrayFromPayloads,
  decodeOptionalFailureToOptionalError,
} from '@temporalio/common/lib/internal-non-workflow/codec-helpers';
import { isJsonObject } from '../domain/json';
import type { ExportSnapshot, OperationSnapshot } from '../domain/snapshot';

/** A step under way, or between two attempts, as Temporal's description of the workflow shows it. */
export interface PendingStep {
  /** `watch`, `cancel`, `create`, … */
  step: string;
  attempt: number;
  /** ISO: when the next attempt starts, where it waits for one. */
  nextAttemptAt?: string;
  /** Somebody paused it in Temporal: no attempt starts until it is unpaused. */
  paused?: { activityId: string; at?: string; by?: string; reason?: string };
  /** Why the last attempt ended without a result. */
  detail?: string;
  polls?: number;
  export?: ExportSnapshot;
  operation?: OperationSnapshot;
}

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** Heartbeat details written by activities/attempt.ts; what cannot be read is left out. */
export async function pendingSteps(
  { options }: Client,
  description: WorkflowExecutionDescription,
): Promise<PendingStep[]> {
  const converter = options.loadedDataConverter;
  const read = async (pending: PendingActivity): Promise<PendingStep> => {
    const [progress] = await decodeArrayFromPayloads(converter, pending.heartbeatDetails?.payloads);
    const failure = await decodeOptionalFailureToOptionalError(converter, pending.lastFailure);
    const state = isJsonObject(progress) && isJsonObject(progress.state) ? progress.state : {};
    const seconds = Number(pending.nextAttemptScheduleTime?.seconds ?? 0);
    return {
      step:
        isJsonObject(progress) && typeof progress.step === 'string'
          ? progress.step
          : (pending.activityType?.name ?? 'unknown'),
      attempt: pending.attempt ?? 1,
      ...(pending.paused && { paused: pauseOf(pending) }),
      ...(seconds > 0 && !pending.paused && { nextAttemptAt: new Date(seconds * 1000).toISOString() }),
      ...(failure?.message && { detail: failure.message }),
      ...(typeof state.polls === 'number' && { polls: state.polls }),
      ...(isExportSnapshot(state.export) && { export: state.export }),
      ...(isOperationSnapshot(state.operation) && { operation: state.operation }),
    };
  };
  return Promise.all((description.raw.pendingActivities ?? []).map(read));
}

function pauseOf({ activityId, pauseInfo }: PendingActivity): NonNullable<PendingStep['paused']> {
  const { identity, reason } = pauseInfo?.manual ?? {};
  const seconds = Number(pauseInfo?.pauseTime?.seconds ?? 0);
  return {
    activityId: activityId ?? '',
    ...(seconds > 0 && { at: new Date(seconds * 1000).toISOString() }),
    ...(identity && { by: identity }),
    ...(reason && { reason }),
  };
}

function isExportSnapshot(value: unknown): value is ExportSnapshot {
  return isJsonObject(value) && typeof value.status === 'string' && typeof value.fileCount === 'number';
}

function isOperationSnapshot(value: unknown): value is OperationSnapshot {
  return isJsonObject(value) && typeof value.done === 'boolean';
}
