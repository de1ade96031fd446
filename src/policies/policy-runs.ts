import { setTimeout as delay } from 'node:timers/promises';
import { ScheduleOverlapPolicy, WorkflowFailedError } from '@temporalio/client';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/codec-helpers';
import { BadInputError, UnreachableError } from '../client/errors';
import { quote } from '../client/list-filter';
import { reachTemporal } from '../client/reach-temporal';
import { isJsonObject } from '../domain/json';
import { POLICY_RUN_TYPE } from '../domain/messages';
import type { PolicyReport, RunProgress } from '../domain/policy-report';
import { findSchedule } from './policy-control';

/** One run, under way or ended. */
export interface PolicyRun {
  workflowId: string;
  runId: string;
  /** ISO. */
  startedAt: string;
  state: 'RUNNING' | 'REPORTED' | 'FAILED';
  report?: PolicyReport;
  /** Why there is no report. */
  because?: string;
}

/** The last runs, the newest first, for as long as the namespace keeps them. @throws BadInputError */
export async function policyRuns(
  temporal: Client,
  taskQueue: string,
  name: string,
  limit: number,
): Promise<PolicyRun[]> {
  const { handle } = await findSchedule(temporal, taskQueue, name);
  const query = `WorkflowType = '${POLICY_RUN_TYPE}' AND TemporalScheduledById = ${quote(handle.scheduleId)}`;
  return reachTemporal(async () => {
    const runs: PolicyRun[] = [];
    for await (const { workflowId, runId, startTime, status } of temporal.workflow.list({
      query,
      pageSize: limit,
    })) {
      const run = { workflowId, runId, startedAt: startTime.toISOString() };
      runs.push(
        status.name === 'RUNNING'
          ? { ...run, state: 'RUNNING' }
          : { ...run, ...(await endOf(temporal.workflow.getHandle(workflowId, runId))) },
      );
      if (runs.length === limit) break;
    }
    return runs;
  });
}

/** How a run ends; waits for it. */
export async function endOf(run: WorkflowHandle): Promise<Pick<PolicyRun, 'state' | 'report' | 'because'>> {
  try {
    const report: PolicyReport = await run.result();
    return { state: 'REPORTED', report };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return { state: 'FAILED', because: error.cause?.message ?? 'The run failed' };
  }
}

const STARTS_WITHIN_MS = 10_000;

/**
 * Starts a run now, or finds the one that is under way already. A paused policy is not run: pausing it is how
 * people make sure that it asks nothing. @throws BadInputError
 */
export async function runPolicyNow(
  temporal: Client,
  taskQueue: string,
  name: string,
): Promise<{ run: WorkflowHandle; existed: boolean }> {
  const { handle, description } = await findSchedule(temporal, taskQueue, name);
  if (description.state.paused) {
    throw new BadInputError(`Policy ${name} is paused: resume it, or see what it would do with preview`);
  }
  return reachTemporal(async () => {
    const before = new Set(description.info.recentActions.map(runIdOf));
    await handle.trigger(ScheduleOverlapPolicy.SKIP);
    for (const giveUpAt = Date.now() + STARTS_WITHIN_MS; Date.now() < giveUpAt; await delay(100)) {
      const { info } = await handle.describe();
      const started = info.recentActions.findLast((action) => !before.has(runIdOf(action)));
      const running = info.runningActions[0];
      const workflow = started?.action.workflow ?? running?.workflow;
      if (workflow === undefined) continue;
      const { workflowId, firstExecutionRunId } = workflow;
      return {
        run: temporal.workflow.getHandle(workflowId, firstExecutionRunId),
        existed: started === undefined,
      };
    }
    throw new UnreachableError('Temporal took the request and started no run: look again with report');
  });
}

function runIdOf({ action }: { action: { workflow: { firstExecutionRunId: string } } }): string {
  return action.workflow.firstExecutionRunId;
}

/** How far a run is, from the heartbeat of its step. */
export async function progressOfRun(run: WorkflowHandle): Promise<RunProgress | undefined> {
  const { raw } = await run.describe();
  const payloads = raw.pendingActivities?.[0]?.heartbeatDetails?.payloads;
  const [beat] = await decodeArrayFromPayloads(run.client.options.loadedDataConverter, payloads);
  return isProgress(beat) ? beat : undefined;
}

function isProgress(beat: unknown): beat is RunProgress {
  return (
    isJsonObject(beat) &&
    ['look', 'ask', 'wait'].includes(String(beat.step)) &&
    typeof beat.done === 'number' &&
    typeof beat.total === 'number'
  );
}
