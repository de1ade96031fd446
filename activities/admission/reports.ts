import { Context } from '@temporalio/activity';
import type { AdmissionReport } from '../../src/domain/admission-messages';
import type { JobIdentity } from '../../src/domain/journal';
import type { ActivityDeps } from '../deps';

export type TurnReport = Exclude<AdmissionReport, { type: 'JOIN' }>;

/** Takes what a step has to tell the queue; only the last word counts. */
export type Tell = (report: TurnReport) => void;

/**
 * Runs a step and then tells the queue what became of the job's turn or slot. Afterwards, because evidence comes
 * first: the ledger must have it where the queue cannot be reached. Never fails the step: what the queue does
 * not hear, its next census shows it.
 */
export async function tellingQueue<R>(
  deps: ActivityDeps,
  { tenant }: JobIdentity,
  step: (tell: Tell) => Promise<R>,
): Promise<R> {
  const told: { last?: TurnReport } = {};
  try {
    return await step((word) => (told.last = word));
  } finally {
    if (told.last !== undefined) await report(deps, tenant, told.last);
  }
}

async function report(deps: ActivityDeps, tenant: string, word: TurnReport): Promise<void> {
  try {
    await deps.admission.report(tenant, word);
  } catch (error) {
    Context.current().log.warn('could not tell the queue', { report: word.type, error: String(error) });
  }
}

export function hasStarted({ jobId, runId, startedAt }: JobIdentity): TurnReport {
  return { type: 'STARTED', jobId, runId, startedAtMs: Date.parse(startedAt) };
}

export function hasLeft({ jobId }: JobIdentity): TurnReport {
  return { type: 'LEFT', jobId };
}
