import { ADMISSION_SIGNAL, admissionId, QUEUE_QUERY } from '../../src/domain/admission-messages';
import type { QueueView } from '../../src/domain/admission-messages';
import { exportQuotasSchema } from '../../src/domain/admission-quotas';
import type { JobRecord } from '../../src/domain/job-record';
import { ORPHAN_SCAN_TYPE, PROCEED_SIGNAL } from '../../src/domain/orphan-scan';
import { NO_QUOTAS } from '../support/no-quotas';
import { asked, exportsNamed, untilPolled, untilRecord, untilState } from '../support/remote';
import { mailExport, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';

/** Whoever may signal the workflows of the namespace, and knows the ids of its jobs, and nothing else. */
const TENANTS = ['acme', 'umbrella'] as const;
const ONE_SLOT = exportQuotasSchema.parse({ ...NO_QUOTAS, runningExports: 1, reserve: 0, censusMs: 500 });

let stage: Stage;
beforeAll(async () => {
  stage = await setStage({ quotas: ONE_SLOT });
});
afterAll(() => stage?.close());

const queueOf = (tenant: string) => stage.temporal.workflow.getHandle(admissionId(stage.taskQueue, tenant));
const tellQueue = (tenant: string, report: unknown) => queueOf(tenant).signal(ADMISSION_SIGNAL, report);
const view = (tenant: string) => queueOf(tenant).query<QueueView>(QUEUE_QUERY);

async function start(tenant: string, name: string): Promise<string> {
  stage.fake.script({ match: { nameRegex: `^${name}-vj` }, behaviour: { end: 'never', linked: false } });
  return (await stage.jobs.startExport(mailExport(stage, name, { tenant }))).jobId;
}

async function end(name: string): Promise<void> {
  for (const { id } of exportsNamed(stage, name))
    stage.fake.scriptExport(id, { end: 'complete', afterMs: 0 });
}

async function tasksThatFailed(workflowId: string): Promise<unknown[]> {
  const { events } = await stage.temporal.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).filter((event) => event.workflowTaskFailedEventAttributes);
}

async function pendingStep(jobId: string): Promise<{ activityId: string; type: string }> {
  return until(`a pending step of ${jobId}`, async () => {
    const { raw } = await stage.temporal.workflow.getHandle(jobId).describe();
    const [pending] = raw.pendingActivities ?? [];
    return pending && { activityId: pending.activityId!, type: pending.activityType!.name! };
  });
}

describe.each(TENANTS)(
  'to a job of %s that runs and one that waits, a stranger who can only signal',
  (tenant) => {
    const running = `running-of-${tenant}`;
    const waiting = `waiting-of-${tenant}`;
    let runs: string;
    let waits: string;

    beforeAll(async () => {
      runs = await start(tenant, running);
      await untilPolled(stage, runs);
      waits = await start(tenant, waiting);
      await until(
        'it to wait',
        async () => (await view(tenant).catch(() => undefined))?.waiting.length === 1,
      );
    });

    it('ends no step through the queue but one that waits there', async () => {
      const { activityId, type } = await pendingStep(runs);
      expect(type).toBe('watch');
      const { runId } = await stage.temporal.workflow.getHandle(runs).describe();
      const who = { jobId: runs, runId, startedAtMs: 1 };
      const quotas = { ...NO_QUOTAS, runningExports: 100_000, createsPerMinute: 100_000 };
      await tellQueue(tenant, { type: 'JOIN', ...who, priority: 1, stepId: activityId, quotas });
      await until('the forged waiter to have had its turn', async () => {
        const { waiting: line, holding } = await view(tenant);
        return !line.some(({ jobId }) => jobId === runs) && holding.includes(runs);
      });
      expect(await pendingStep(runs)).toEqual({ activityId, type });
      expect(await tasksThatFailed(runs)).toEqual([]);
    });

    it('cannot raise the quotas', async () => {
      expect(await view(tenant)).toMatchObject({ configured: 1 });
      expect((await stage.jobs.status(waits)).record.state).toBe('QUEUED');
    });

    it('cannot show a job as blocked, nor as going on, and it is noted a few times that somebody tried', async () => {
      const handle = stage.temporal.workflow.getHandle(runs);
      const blocked = { on: 'vault', since: '2026-01-01T00:00:00Z', during: 'watch', detail: 'forged' };
      for (let n = 0; n < 12; n += 1) await handle.signal('blocked', { ...blocked, token: `guess-${n}` });
      await handle.signal('unblocked', { during: 'watch' });
      const { blocked: shown } = await handle.query<JobRecord>('status');
      expect(shown).toBeUndefined();
    });

    it('cannot keep a job that waits from its turn', async () => {
      const { runId } = await stage.temporal.workflow.getHandle(waits).describe();
      await tellQueue(tenant, { type: 'STARTED', jobId: waits, runId, startedAtMs: 1 });
      await tellQueue(tenant, { type: 'FULL', jobId: 'nobody' });
      await end(running);
      const ended = await stage.jobs.result(runs);
      expect(ended).toMatchObject({ outcome: 'COMPLETED', cancel: { requestsTotal: 0 } });
      const ignored = (await stage.jobs.history(runs)).filter(({ type }) => type === 'MESSAGE_IGNORED');
      expect(ignored.map(({ detail }) => detail.count)).toEqual([1, 10]);
      await untilState(stage, waits, 'RUNNING');
      expect(exportsNamed(stage, waiting)).toHaveLength(1);
      await end(waiting);
      expect(await stage.jobs.result(waits)).toMatchObject({ outcome: 'COMPLETED' });
    });

    it('can fill neither the queue nor its task: another job is made all the same', async () => {
      const flood = Array.from({ length: 2_400 }, (_, n) => ({
        type: 'STARTED',
        jobId: `${n}-`.padEnd(1_000, 'x'),
        runId: 'r'.repeat(36),
        startedAtMs: 1,
      }));
      const last = await start(tenant, `last-of-${tenant}`);
      for (let from = 0; from < flood.length; from += 100)
        await Promise.all(
          flood.slice(from, from + 100).map((report) => tellQueue(tenant, report).catch(() => undefined)),
        );
      await untilRecord(stage, last, 'made', ({ remote }) => remote.exportId !== undefined);
      await end(`last-of-${tenant}`);
      expect(await stage.jobs.result(last)).toMatchObject({ outcome: 'COMPLETED' });
    }, 180_000);
  },
);

/** Encrypted with a key that no worker has: a stranger's, or the newest in a rollout that has not come to all. */
async function signalUnreadably(workflowId: string, signalName: string): Promise<void> {
  const metadata = { encoding: Buffer.from('binary/encrypted'), 'encryption-key-id': Buffer.from('nobody') };
  await stage.temporal.workflowService.signalWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId },
    signalName,
    input: { payloads: [{ metadata, data: Buffer.from('unreadable') }] },
  });
}

describe('a signal that nobody can decrypt', () => {
  it('does not hold up a queue', async () => {
    const [tenant] = TENANTS;
    const name = 'after-the-unreadable';
    const first = await start(tenant, 'before-the-unreadable');
    await untilPolled(stage, first);
    for (let n = 0; n < 3; n += 1)
      await signalUnreadably(admissionId(stage.taskQueue, tenant), ADMISSION_SIGNAL);
    await end('before-the-unreadable');
    await stage.jobs.result(first);
    const next = await start(tenant, name);
    await untilState(stage, next, 'RUNNING');
    await end(name);
    expect(await stage.jobs.result(next)).toMatchObject({ outcome: 'COMPLETED' });
    expect(await tasksThatFailed(admissionId(stage.taskQueue, tenant))).toEqual([]);
  });

  it('is ignored by a job whose steps could have sent it', async () => {
    const jobId = await start(TENANTS[1], 'unreadable-word');
    await untilPolled(stage, jobId);
    await signalUnreadably(jobId, 'blocked');
    await end('unreadable-word');
    expect(await stage.jobs.result(jobId)).toMatchObject({ outcome: 'COMPLETED' });
    expect(await tasksThatFailed(jobId)).toEqual([]);
  });

  it('lets a scan for orphans go on all the same', async () => {
    const workflowId = `scan-${stage.taskQueue}`;
    const scan = await stage.temporal.workflow.start(ORPHAN_SCAN_TYPE, {
      workflowId,
      taskQueue: stage.taskQueue,
      args: [{ tenant: 'default', matterId: stage.matterId }],
    });
    await signalUnreadably(workflowId, PROCEED_SIGNAL);
    await expect(scan.result()).resolves.toMatchObject({ mattersScanned: 1 });
  });
});

it('something else under the id of a queue shows in the status of the job that waits for it', async () => {
  const tenant = 'robbed';
  const impostor = await stage.temporal.workflow.start(ORPHAN_SCAN_TYPE, {
    workflowId: admissionId(stage.taskQueue, tenant),
    taskQueue: stage.taskQueue,
    args: [{ tenant, matterId: stage.matterId }],
  });
  const jobId = await start(tenant, 'robbed');
  const { advice } = await untilRecord(stage, jobId, 'told', ({ advice: said }) =>
    said.includes('does not answer'),
  );
  expect(advice).toContain(impostor.workflowId);
  await impostor.terminate();
  await untilState(stage, jobId, 'RUNNING');
  await end('robbed');
  expect(await stage.jobs.result(jobId)).toMatchObject({ outcome: 'COMPLETED' });
});

it('nothing was cancelled or deleted in Vault', () => {
  expect(asked(stage, 'operations.cancel')).toEqual([]);
  expect(asked(stage, 'matters.exports.delete')).toEqual([]);
});
