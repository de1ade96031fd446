import type { JobRecord } from '../../src/domain/job-record';
import type { Stage } from './stage';
import { until } from './until';

/** What the fake's own log says it was asked; the oracle of every scenario. */
export function asked(
  stage: Stage,
  method: string,
  about: { exportName?: string; operationName?: string } = {},
) {
  return stage.fake
    .log({ method: `vault.${method}` })
    .filter((entry) => about.exportName === undefined || entry.exportName?.startsWith(about.exportName))
    .filter((entry) => about.operationName === undefined || entry.operationName === about.operationName);
}

/** The exports that exist remotely under a job's name, whatever became of them. */
export function exportsNamed(stage: Stage, name: string) {
  return stage.fake.state().exports.filter((found) => found.name.startsWith(`${name}-vj`));
}

/** Waits until a job's status says so. */
export async function untilRecord(
  stage: Stage,
  jobId: string,
  what: string,
  holds: (record: JobRecord) => boolean,
): Promise<JobRecord> {
  return until(`job ${jobId} to be ${what}`, async () => {
    const { record } = await stage.jobs.status(jobId);
    return holds(record) && record;
  });
}

export async function untilState(stage: Stage, jobId: string, state: JobRecord['state']): Promise<JobRecord> {
  return untilRecord(stage, jobId, state, (record) => record.state === state);
}

/** Waits until the job's watch has looked at least so often. */
export async function untilPolled(stage: Stage, jobId: string, polls = 1): Promise<JobRecord> {
  return untilRecord(stage, jobId, `polled ${polls} times`, (record) => (record.polls ?? 0) >= polls);
}
