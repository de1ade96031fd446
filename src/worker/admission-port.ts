import {
  ActivityNotFoundError,
  QueryNotRegisteredError,
  QueryRejectedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { Activities } from '../../activities';
import type { AdmissionPort, OpenExport, Waiter } from '../../activities/admission/admission-port';
import {
  ADMISSION_SIGNAL,
  ADMISSION_WORKFLOW,
  admissionId,
  PLACE_QUERY,
  placeSchema,
} from '../domain/admission-messages';
import type { AdmissionReport } from '../domain/admission-messages';
import type { ExportQuotas } from '../domain/admission-quotas';
import { WORKFLOW_TYPES } from '../domain/messages';
import { isMade, JOB_STATES } from '../domain/outcome';
import { STATE, TENANT } from '../domain/search-attributes';
import { quote } from '../client/list-filter';
import { isUnanswered } from '../client/reach-temporal';

/** A query waits for a worker to answer it; the step that asks is repeated anyhow. */
const QUERY_DEADLINE_MS = 5_000;
/** The step whose end is reported holds on for so long at most. */
const REPORT_DEADLINE_MS = 2_000;
/** The activity that a turn ends. */
const WAITING_STEP = 'takeTurn' satisfies keyof Activities;

/**
 * Temporal as the activities of jobs and queues use it. The client must refuse queries to what is not open: a
 * queue that was terminated would answer as it stood then.
 */
export function admissionPort(
  client: Client,
  taskQueue: string,
  quotasFor: (tenant: string) => ExportQuotas,
): AdmissionPort {
  const handleOf = (tenant: string) => client.workflow.getHandle(admissionId(taskQueue, tenant));
  /** By the server's word: a step of this type pends in this run. */
  const waitsForTurn = async ({ jobId, runId, stepId }: Waiter) => {
    const { raw } = await client.workflow.getHandle(jobId, runId).describe();
    return (raw.pendingActivities ?? []).some(
      ({ activityId, activityType }) => activityId === stepId && activityType?.name === WAITING_STEP,
    );
  };
  return {
    quotasFor,
    join: async ({ jobId, runId, tenant, startedAt }, wanted) => {
      const report: AdmissionReport = {
        type: 'JOIN',
        jobId,
        runId,
        startedAtMs: Date.parse(startedAt),
        ...wanted,
        quotas: quotasFor(tenant),
      };
      await client.workflow.signalWithStart(ADMISSION_WORKFLOW, {
        workflowId: admissionId(taskQueue, tenant),
        taskQueue,
        args: [{ tenant }],
        signal: ADMISSION_SIGNAL,
        signalArgs: [report],
        staticSummary: `Queue for Vault's export slots: ${tenant}`,
        staticDetails:
          'Terminating this loses nothing: waiting jobs begin a new one, which asks the running jobs.',
      });
    },
    placeOf: async ({ jobId, runId, tenant }) => {
      try {
        const answer = await client.withDeadline(Date.now() + QUERY_DEADLINE_MS, () =>
          handleOf(tenant).query<unknown, [string, string]>(PLACE_QUERY, jobId, runId),
        );
        const place = placeSchema.safeParse(answer);
        return place.success ? place.data : { type: 'UNANSWERED' };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError || error instanceof QueryRejectedError)
          return { type: 'UNKNOWN' };
        if (isUnanswered(error) || error instanceof QueryNotRegisteredError) return { type: 'UNANSWERED' };
        throw error;
      }
    },
    report: (tenant, report) =>
      client.withDeadline(Date.now() + REPORT_DEADLINE_MS, () =>
        unlessGone(handleOf(tenant).signal(ADMISSION_SIGNAL, report)),
      ),
    endWaiting: async ({ jobId, runId, stepId }, turn) => {
      try {
        if (!(await waitsForTurn({ jobId, runId, stepId }))) return false;
        await client.activity.complete({ workflowId: jobId, runId, activityId: stepId }, turn);
        return true;
      } catch (error) {
        if (error instanceof ActivityNotFoundError || error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },
    openExports: async (tenant) => {
      const query =
        `WorkflowType = '${WORKFLOW_TYPES.export}' AND ExecutionStatus = 'Running' ` +
        `AND ${TENANT.name} = ${quote(tenant)} AND TaskQueue = ${quote(taskQueue)}`;
      const found: OpenExport[] = [];
      for await (const { workflowId, runId, startTime, typedSearchAttributes } of client.workflow.list({
        query,
        pageSize: 1000,
      })) {
        const state = JOB_STATES.find((known) => known === typedSearchAttributes.get(STATE));
        const made = state !== undefined && isMade(state);
        found.push({ jobId: workflowId, runId, startedAtMs: startTime.getTime(), made });
      }
      return found;
    },
    isOpen: async (jobId) => {
      try {
        const { name } = (await client.workflow.getHandle(jobId).describe()).status;
        return name === 'RUNNING' || name === 'PAUSED';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },
  };
}

async function unlessGone(told: Promise<void>): Promise<void> {
  try {
    await told;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
