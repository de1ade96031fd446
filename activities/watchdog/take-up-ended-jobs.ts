import { Context } from '@temporalio/activity';
import { takeUpOf } from '../../src/domain/watchdog';
import type { WatchdogReport } from '../../src/domain/watchdog';
import type { WatchdogDeps } from './deps';

/**
 * Goes on with each job that is open in the ledger and whose workflow is closed without a record: a job is a promise to
 * watch. A started job reads the ledger before it acts, so nothing is made twice. Safe to repeat: one that runs is left be.
 */
export async function takeUpEndedJobs(deps: WatchdogDeps): Promise<WatchdogReport> {
  const report: WatchdogReport = { takenUp: [], leftAlone: [] };
  const seen = new Set<string>();
  for await (const job of deps.endedWithoutRecord()) {
    const { jobId } = job;
    if (seen.has(jobId)) continue;
    seen.add(jobId);
    Context.current().heartbeat({ looked: seen.size });
    const known = await deps.ledger.job(jobId);
    if (known === undefined || known.state === 'ENDED' || !(await deps.isClosed(jobId))) continue;
    const decision = takeUpOf(await deps.ledger.events(jobId));
    if (decision.type === 'LEAVE_ALONE') report.leftAlone.push({ jobId, why: decision.why });
    else if (await deps.startAgain(job, decision.runId)) report.takenUp.push(jobId);
    else report.leftAlone.push({ jobId, why: 'FORGOTTEN' });
  }
  return report;
}
