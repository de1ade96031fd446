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
      ...(seconds > 0 && { nextAttemptAt: new Date(seconds * 1000).toISOString() }),
      ...(failure?.message && { detail: failure.message }),
      ...(typeof state.polls === 'number' && { polls: state.polls }),
      ...(isExportSnapshot(state.export) && { export: state.export }),
      ...(isOperationSnapshot(state.operation) && { operation: state.operation }),
    };
  };
  return Promise.all((description.raw.pendingActivities ?? []).map(read));
}

function isExportSnapshot(value: unknown): value is ExportSnapshot {
  return isJsonObject(value) && typeof value.status === 'string' && typeof value.fileCount === 'number';
}

function isOperationSnapshot(value: unknown): value is OperationSnapshot {
  return isJsonObject(value) && typeof value.done === 'boolean';
}
