import { Context } from '@temporalio/activity';
import { MAX_ENDED_RUNS, takeUpOf } from '../../src/domain/watchdog';
import type { LeftAlone, WatchdogReport } from '../../src/domain/watchdog';
import type { WatchdogDeps } from './deps';

/**
 * Goes on with each job that is open in the ledger and whose workflow is closed without a record: a job is a promise to
 * watch. A started job reads the ledger before it acts, so nothing is made twice. Safe to repeat: one that runs is left be.
 */
export async function takeUpEndedJobs(deps: WatchdogDeps): Promise<WatchdogReport> {
  const report: WatchdogReport = { takenUp: [], leftAlone: [] };
  const runs = new Map<string, number>();
  for await (const jobId of deps.endedWithoutRecord()) {
    runs.set(jobId, (runs.get(jobId) ?? 0) + 1);
    Context.current().heartbeat({ listed: runs.size });
  }
  for (const [jobId, ended] of runs) {
    Context.current().heartbeat({ jobId });
    const end = await takeUp(deps, jobId, ended);
    if (end === 'RUNS') report.takenUp.push(jobId);
    else if (end !== 'NOTHING_TO_DO') report.leftAlone.push({ jobId, why: end });
  }
  return report;
}

async function takeUp(
  deps: WatchdogDeps,
  jobId: string,
  endedRuns: number,
): Promise<'RUNS' | 'NOTHING_TO_DO' | LeftAlone> {
  const known = await deps.ledger.job(jobId);
  if (known === undefined || known.state === 'ENDED' || !(await deps.isClosed(jobId))) return 'NOTHING_TO_DO';
  const decision = takeUpOf(await deps.ledger.events(jobId));
  if (decision.type === 'LEAVE_ALONE') return decision.why;
  if (endedRuns > MAX_ENDED_RUNS) return 'ENDED_TOO_OFTEN';
  // What was started last under the id may be of another kind, and refused: the job's own is in the ledger.
  return deps.startAgain({ jobId, kind: known.kind }, decision.runId);
}
