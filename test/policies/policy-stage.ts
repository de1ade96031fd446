import type { ExportJobInput } from '../../src/domain/job-request';
import { policySchema } from '../../src/domain/policy';
import type { Policy, PolicyInput } from '../../src/domain/policy';
import type { PolicyReport, ReportLine } from '../../src/domain/policy-report';
import { applyPolicies } from '../../src/policies/apply-policies';
import { scheduleIdOf, scheduleOf } from '../../src/policies/policy-schedule';
import { endOf, runPolicyNow } from '../../src/policies/policy-runs';
import { TENANT } from '../../src/domain/search-attributes';
import { untilPolled } from '../support/remote';
import { QUICK } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';

const HOUR_MS = 60 * 60 * 1000;

/** A policy that runs only when told to, for exports of six hours. A tenant keeps the jobs of each test apart. */
export function policy(name: string, change: Partial<PolicyInput> = {}): Policy {
  return policySchema.parse({
    name,
    ...(change.cron === undefined && { every: '365d' }),
    match: { tenant: name },
    olderThan: '6h',
    action: 'cancel',
    waitFor: '20s',
    ...change,
  });
}

/** A job that adopts an export which has been running in Vault for hours already. */
export async function oldExport(
  stage: Stage,
  tenant: string,
  { ageHours = 7, behaviour = {}, name = 'old', ...change }: OldExport = {},
): Promise<{ jobId: string; exportId: string; matterId: string }> {
  const ageMs = ageHours * HOUR_MS;
  const { matterId, exportIds } = stage.fake.seedMatter({
    exports: { count: 1, ageMs, status: 'IN_PROGRESS', namePrefix: name },
  });
  const [exportId = ''] = exportIds;
  stage.fake.scriptExport(exportId, { end: 'never', linked: true, ...behaviour });
  const { jobId } = await stage.jobs.startExport({
    matterId,
    tenant,
    source: { type: 'adopt', exportId },
    timing: QUICK,
    ...change,
  });
  await untilPolled(stage, jobId);
  return { jobId, exportId, matterId };
}
interface OldExport extends Partial<Omit<ExportJobInput, 'source'>> {
  ageHours?: number;
  behaviour?: object;
  name?: string;
}

/** Visibility lags behind: before a run is judged by what it found, it must be able to find it. */
export async function untilListed(stage: Stage, { match }: Policy, jobs: number): Promise<void> {
  const query = `TaskQueue = '${stage.taskQueue}' AND ${TENANT.name} = '${match.tenant}'`;
  await until(`${jobs} jobs to be listed`, async () => {
    const { count } = await stage.temporal.workflow.count(query);
    return count === jobs;
  });
}

export async function apply(stage: Stage, ...policies: Policy[]) {
  return applyPolicies(stage.temporal, policies, { taskQueue: stage.taskQueue, dryRun: false });
}

/** Applies beside what is applied already, so that the tests of one stage leave one another alone. */
export async function applyBeside(stage: Stage, wanted: Policy): Promise<string> {
  await stage.temporal.schedule.create(scheduleOf(wanted, stage.taskQueue));
  return scheduleIdOf(stage.taskQueue, wanted.name);
}

export async function runNow(stage: Stage, name: string): Promise<PolicyReport> {
  const { run } = await runPolicyNow(stage.temporal, stage.taskQueue, name);
  return reportOf(await endOf(run));
}

export function reportOf(end: { report?: PolicyReport; because?: string }): PolicyReport {
  if (end.report === undefined) throw new Error(`The run did not report: ${end.because}`);
  return end.report;
}

export function lineOf(report: PolicyReport, jobId: string): ReportLine {
  const line = report.lines.find((candidate) => candidate.jobId === jobId);
  if (line === undefined) throw new Error(`The report does not name ${jobId}`);
  return line;
}
