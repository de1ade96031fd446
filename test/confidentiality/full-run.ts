import { randomUUID } from 'node:crypto';
import type { ExportJobInput } from '../../src/domain/job-request';
import { asked, untilPolled, untilRecord } from '../support/remote';
import { QUICK } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';
import { SECRETS } from './secrets';

const QUERY = {
  corpus: 'MAIL' as const,
  dataScope: 'ALL_DATA' as const,
  method: 'ACCOUNT' as const,
  accountInfo: { emails: [SECRETS.address] },
  terms: SECRETS.terms,
};
const CONFESSION = `Bad query ${SECRETS.quoted} from:${SECRETS.address} as ${SECRETS.subject}`;

/** Runs jobs to every kind of end, with everything going wrong that may quote what a job was given. */
export async function playEverything(stage: Stage): Promise<{ running: string }> {
  await completes(stage);
  await isRefused(stage);
  await failsInVault(stage);
  await isCancelled(stage);
  await makeSchedule(stage);
  return { running: await isBlocked(stage) };
}

function exportInput(stage: Stage, suffix: string, change: Partial<ExportJobInput> = {}): ExportJobInput {
  return {
    matterId: stage.matterId,
    source: { type: 'create', name: nameOf(suffix), query: QUERY },
    timing: QUICK,
    ...change,
  };
}

const nameOf = (suffix: string) => `${SECRETS.exportName}-${suffix}`;

/** Through faults of every form before it does. */
async function completes(stage: Stage): Promise<void> {
  for (const answer of [
    { kind: 'error', status: 'INTERNAL', message: CONFESSION },
    { kind: 'error', status: 'UNAVAILABLE', message: CONFESSION, form: 'html' },
    { kind: 'error', status: 'UNAVAILABLE', message: CONFESSION, form: 'legacy', reason: 'backendError' },
    { kind: 'connection-reset' },
  ] as const) {
    stage.fake.fault({ method: 'vault.matters.exports.create', answer });
    stage.fake.fault({ method: 'vault.matters.exports.get', answer });
  }
  const oauth = { kind: 'oauth-error', error: 'invalid_grant', description: CONFESSION } as const;
  stage.fake.fault({ method: 'oauth2.token', answer: oauth });
  stage.fake.revokeTokens();
  const { jobId } = await stage.jobs.startExport(exportInput(stage, 'completes'));
  const count = await stage.jobs.startCount({ matterId: stage.matterId, query: QUERY, timing: QUICK });
  await Promise.all([stage.jobs.result(jobId), stage.jobs.result(count.jobId)]);
}

async function isRefused(stage: Stage): Promise<void> {
  const answer = { kind: 'error', status: 'INVALID_ARGUMENT', message: CONFESSION } as const;
  stage.fake.fault({
    method: 'vault.matters.exports.create',
    match: { namePrefix: nameOf('refused') },
    answer,
  });
  const { jobId } = await stage.jobs.startExport(exportInput(stage, 'refused'));
  await expect(stage.jobs.result(jobId)).rejects.toMatchObject({ code: 'JOB_FAILED' });
  // What only a client of another make would send.
  const byHand = await stage.temporal.workflow.start('vaultExport', {
    workflowId: `by-hand-${randomUUID()}`,
    taskQueue: stage.taskQueue,
    args: [
      { matterId: `${SECRETS.quoted} ${SECRETS.terms}`, source: SECRETS.address, timing: SECRETS.quoted },
    ],
  });
  await expect(byHand.result()).rejects.toThrow();
}

async function failsInVault(stage: Stage): Promise<void> {
  stage.fake.script({
    match: { kind: 'count' },
    times: 1,
    behaviour: { operation: { end: 'error', afterMs: 0, code: 3, message: CONFESSION } },
  });
  const input = { matterId: stage.matterId, query: QUERY, timing: QUICK };
  const { jobId } = await stage.jobs.startCount(input, { again: true });
  expect((await stage.jobs.result(jobId)).outcome).toBe('FAILED');
}

async function isCancelled(stage: Stage): Promise<void> {
  stage.fake.script({
    match: { nameRegex: `^${nameOf('cancelled')}-vj` },
    behaviour: { end: 'never', linked: true, cancel: { kind: 'honoured', afterMs: 100 } },
  });
  stage.fake.fault({
    method: 'vault.operations.cancel',
    times: 2,
    answer: { kind: 'error', status: 'UNAVAILABLE', message: CONFESSION },
  });
  const { jobId } = await stage.jobs.startExport(exportInput(stage, 'cancelled'));
  await untilPolled(stage, jobId);
  const { reason, requestedBy } = SECRETS;
  const handle = stage.temporal.workflow.getHandle(jobId);
  await stage.jobs.requestCancel(jobId, { reason, requestedBy });
  await handle.executeUpdate('requestCancel', { args: [{ reason, requestedBy }] });
  await expect(handle.executeUpdate('linkOperation', { args: [CONFESSION] })).rejects.toThrow();
  await handle.cancel();
  await stage.jobs.result(jobId);
}

/** A schedule keeps what it will start a job with. */
async function makeSchedule(stage: Stage): Promise<void> {
  await stage.temporal.schedule.create({
    scheduleId: `schedule-${stage.taskQueue}`,
    spec: { intervals: [{ every: '1d' }] },
    state: { paused: true },
    action: {
      type: 'startWorkflow',
      workflowType: 'vaultExport',
      taskQueue: stage.taskQueue,
      args: [exportInput(stage, 'scheduled')],
      memo: { kept: SECRETS.terms },
      staticSummary: nameOf('scheduled'),
    },
    memo: { kept: SECRETS.terms },
  });
}

/** Stays so: what waits shows in pending activities and their heartbeats, which end with it. */
async function isBlocked(stage: Stage): Promise<string> {
  stage.fake.script({ match: { nameRegex: `^${nameOf('blocked')}-vj` }, behaviour: { end: 'never' } });
  const { jobId } = await stage.jobs.startExport(exportInput(stage, 'blocked'));
  await untilPolled(stage, jobId);
  stage.fake.fault({
    method: 'vault.matters.exports.get',
    times: 'always',
    answer: { kind: 'error', status: 'PERMISSION_DENIED', message: CONFESSION, reason: SECRETS.quoted },
  });
  await untilRecord(stage, jobId, 'blocked', ({ blocked }) => blocked !== undefined);
  await until('another look', () => asked(stage, 'matters.exports.get').length > 3);
  return jobId;
}
