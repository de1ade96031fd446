import { DefaultLogger } from '@temporalio/worker';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/codec-helpers';
import { pendingSteps } from '../../src/client/pending-steps';
import { logLine } from '../../src/cli/worker-log';
import { encryptedWith } from '../../src/domain/undecryptable';
import { encrypt } from '../../src/encryption/payload-cipher';
import { apply, policy, runNow } from '../policies/policy-stage';
import { exportsNamed, untilPolled, untilRecord } from '../support/remote';
import { installRuntime, keyRing, mailExport, setStage, strictKeyRing } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';

/** A failed workflow task is tried again after a wait that grows. */
const LIMIT_MS = 120_000;
let stage: Stage;

/** What the workers say that matters to an operator. */
const logged: string[] = [];
installRuntime({
  logger: new DefaultLogger('WARN', (entry) => logged.push(logLine(entry, 'text'))),
  telemetryOptions: { logging: { filter: 'ERROR', forward: {} } },
});

afterEach(async () => {
  await stage.close();
});

async function startRunning(name: string): Promise<string> {
  stage.fake.script({
    match: { nameRegex: `^${name}-vj` },
    behaviour: { end: 'never', cancel: { kind: 'honoured', afterMs: 100 } },
  });
  const { jobId } = await stage.jobs.startExport(mailExport(stage, name));
  await untilPolled(stage, jobId);
  return jobId;
}

function completeExport(name: string): void {
  const [made] = exportsNamed(stage, name);
  stage.fake.scriptExport(made!.id, { end: 'complete', afterMs: 0 });
}

async function eventsOf(jobId: string) {
  const { events } = await stage.temporal.workflow.getHandle(jobId).fetchHistory();
  return events ?? [];
}

/** What failed workflow tasks say, as somebody reads it who has the keys. */
async function taskFailures(jobId: string): Promise<string[]> {
  const failures = (await eventsOf(jobId)).flatMap(
    (event) => event.workflowTaskFailedEventAttributes?.failure ?? [],
  );
  const converter = stage.temporal.options.loadedDataConverter;
  const errors = failures.map((failure) => decodeOptionalFailureToOptionalError(converter, failure));
  return (await Promise.all(errors)).map((error) => error?.message ?? '');
}

it(
  'keys are rotated while a job runs: the old one reads, the new one writes',
  async () => {
    stage = await setStage({ keys: keyRing('k1'), worker: false });
    const before = await stage.startWorker();
    const jobId = await startRunning('rotated');
    await before.stop();
    await stage.startWorker(keyRing('k2', 'k1'));
    const { jobs, temporal } = stage.clientWith(keyRing('k2', 'k1'));
    await jobs.requestCancel(jobId, { reason: 'too broad' });
    completeExport('rotated');
    expect(await jobs.result(jobId)).toMatchObject({ cancel: { requests: [{ reason: 'too broad' }] } });
    const { events } = await temporal.workflow.getHandle(jobId).fetchHistory();
    const input = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
    const result = events?.at(-1)?.workflowExecutionCompletedEventAttributes?.result?.payloads?.[0];
    expect([encryptedWith(input!), encryptedWith(result!)]).toEqual(['k1', 'k2']);
    expect(await taskFailures(jobId)).toEqual([]);
  },
  LIMIT_MS,
);

it(
  'a worker with another key leaves a job waiting, and says which key it lacks',
  async () => {
    stage = await setStage({ keys: keyRing('k2'), worker: false });
    const ignorant = await stage.startWorker(keyRing('k1'));
    const { jobId } = await stage.jobs.startExport(mailExport(stage, 'waiting'));
    await until('a failed task', async () => (await taskFailures(jobId)).length > 0);
    const saysSo = new RegExp(`ERROR A payload cannot be decrypted jobId=${jobId} .*"k2\\\\"`);
    await until('the log to say so', () => logged.some((line) => saysSo.test(line)));
    await ignorant.stop();
    await stage.startWorker();
    expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED');
  },
  LIMIT_MS,
);

it('a worker without any key leaves a job waiting too', async () => {
  stage = await setStage({ keys: keyRing('k2'), worker: false });
  await stage.startWorker(null);
  const { jobId } = await stage.jobs.startExport(mailExport(stage, 'waiting'));
  const [said] = await until('a failed task', async () => {
    const failures = await taskFailures(jobId);
    return failures.length > 0 && failures;
  });
  expect(said).toContain('the key "k2", which is not configured here');
  expect((await stage.temporal.workflow.getHandle(jobId).describe()).status.name).toBe('RUNNING');
});

it(
  'a step whose input cannot be decrypted is tried until it can',
  async () => {
    stage = await setStage({ keys: keyRing('k1', 'k2'), worker: false });
    const rotated = await stage.startWorker(keyRing('k2', 'k1'));
    const jobId = await startRunning('halfway');
    await rotated.stop();
    const behind = await stage.startWorker(keyRing('k1'));
    completeExport('halfway');
    const handle = stage.temporal.workflow.getHandle(jobId);
    await until('the watch to say so', async () => {
      const steps = await pendingSteps(stage.temporal, await handle.describe());
      return steps.some(({ detail }) => detail?.includes('the key "k2", which is not configured here'));
    });
    await behind.stop();
    await stage.startWorker();
    expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED');
    expect(exportsNamed(stage, 'halfway')).toHaveLength(1);
  },
  LIMIT_MS,
);

describe('a request to cancel', () => {
  it('with an unknown key, or damaged, counts as one without a word', async () => {
    stage = await setStage({ keys: keyRing('k1') });
    const jobId = await startRunning('garbled');
    const send = (payload: object) =>
      stage.temporal.workflowService.signalWorkflowExecution({
        namespace: 'default',
        workflowExecution: { workflowId: jobId },
        signalName: 'cancel',
        input: { payloads: [payload, payload] },
      });
    const payload = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('"why"') };
    await send(encrypt(payload, keyRing('unknown').newest));
    const whole = encrypt(payload, keyRing('k1').newest);
    await send({ ...whole, data: whole.data!.subarray(1) });
    await stage.temporal.workflow.getHandle(jobId).signal('unblocked', 'x');
    const record = await untilRecord(stage, jobId, 'asked twice', ({ cancel }) => cancel.requestsTotal === 2);
    expect(record.cancel.requests).toMatchObject([
      { undecodable: true, allowDelete: false },
      { undecodable: true, allowDelete: false },
    ]);
    completeExport('garbled');
    await stage.jobs.result(jobId);
    expect(await taskFailures(jobId)).toEqual([]);
  });

  it(
    'that could not be decrypted stays so when its key is configured later',
    async () => {
      stage = await setStage({ keys: keyRing('k1'), worker: false });
      const behind = await stage.startWorker();
      const jobId = await startRunning('late-key');
      const ahead = stage.clientWith(keyRing('k2', 'k1'));
      // Read with its key, this asks for nothing; without, it has cancelled. Both may not be.
      await ahead.jobs.requestCancel(jobId, { requestId: 'c', onlyIf: { olderThan: '1h' } });
      await untilRecord(stage, jobId, 'cancelled', ({ cancel }) => cancel.disposition !== 'NOT_ASKED');
      await behind.stop();
      await stage.startWorker(keyRing('k1', 'k2'));
      await untilRecord(stage, jobId, 'read anew', ({ cancel }) => cancel.requestsTotal === 1);
      completeExport('late-key');
      expect(await ahead.jobs.result(jobId)).toMatchObject({
        outcome: 'COMPLETED_DESPITE_CANCEL',
        cancel: { requests: [{ undecodable: true }], requestsTotal: 1 },
      });
      expect(await taskFailures(jobId)).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'that was read once waits for a worker with its key',
    async () => {
      stage = await setStage({ keys: keyRing('k1'), worker: false });
      const ahead = await stage.startWorker(keyRing('k1', 'k2'));
      const jobId = await startRunning('lost-key');
      const { jobs } = stage.clientWith(keyRing('k2', 'k1'));
      await jobs.requestCancel(jobId, { requestId: 'c', onlyIf: { olderThan: '1h' } });
      await untilRecord(stage, jobId, 'asked', ({ cancel }) => cancel.requestsTotal === 1);
      await ahead.stop();
      const behind = await stage.startWorker(keyRing('k1'));
      completeExport('lost-key');
      await until('a failed task', async () => (await taskFailures(jobId)).length > 0);
      expect((await taskFailures(jobId))[0]).toContain('the key "k2", which is not configured here');
      await behind.stop();
      await stage.startWorker(keyRing('k1', 'k2'));
      expect(await jobs.result(jobId)).toMatchObject({
        outcome: 'COMPLETED',
        cancel: { disposition: 'NOT_ASKED', requests: [{ requestId: 'c', skipped: expect.any(String) }] },
      });
    },
    LIMIT_MS,
  );

  it('typed in Temporal’s UI needs no encryption', async () => {
    stage = await setStage({ keys: keyRing('k1') });
    const jobId = await startRunning('typed');
    await stage.clientWith(undefined).temporal.workflow.getHandle(jobId).signal('cancel', 'too broad');
    const record = await untilRecord(stage, jobId, 'asked', ({ cancel }) => cancel.requestsTotal === 1);
    expect(record.cancel.requests[0]).toMatchObject({ reason: 'too broad' });
    completeExport('typed');
    await stage.jobs.result(jobId);
  });
});

it('a client without the key lists jobs, cancels them, and is told which key it lacks', async () => {
  stage = await setStage({ keys: keyRing('k1') });
  const { jobs } = stage.clientWith(undefined);
  const input = mailExport(stage, 'keyless');
  stage.fake.script({ match: { nameRegex: '^keyless-vj' }, behaviour: { end: 'never' } });
  const { jobId } = await stage.jobs.startExport(input);
  expect(jobId).toMatch(/^export-[0-9a-f]{16}$/);
  await untilPolled(stage, jobId);
  const lacksKey = { code: 'KEY_MISSING', message: expect.stringContaining('"k1"') };
  await expect(jobs.status(jobId)).rejects.toMatchObject(lacksKey);
  await expect(jobs.startExport(input, { jobId })).rejects.toMatchObject(lacksKey);
  completeExport('keyless');
  await stage.jobs.result(jobId);
  await expect(jobs.result(jobId)).rejects.toMatchObject(lacksKey);
  const listed = await until('the list to show it', async () => {
    const found = await jobs.list({ matterId: stage.matterId });
    return found.length > 0 && found;
  });
  expect(listed).toMatchObject([{ jobId }]);
});

describe('a payload of another job', () => {
  it('is no reason for a cancel, and its job gets none of it', async () => {
    stage = await setStage({ keys: keyRing('k1') });
    const [mine, theirs] = [await startRunning('mine'), await startRunning('theirs')];
    await stage.jobs.requestCancel(theirs, { reason: 'privileged', onlyIf: { olderThan: '1h' } });
    await untilRecord(stage, theirs, 'asked', ({ cancel }) => cancel.requestsTotal === 1);
    const sent = (await eventsOf(theirs)).flatMap(
      (event) => event.workflowExecutionSignaledEventAttributes?.input?.payloads ?? [],
    );
    await stage.temporal.workflowService.signalWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: mine },
      signalName: 'cancel',
      input: { payloads: [sent[0]!] },
    });
    const record = await untilRecord(stage, mine, 'asked', ({ cancel }) => cancel.requestsTotal === 1);
    expect(record.cancel.requests).toMatchObject([{ undecodable: true, allowDelete: false }]);
    expect(JSON.stringify(record)).not.toContain('privileged');
    const saysSo = /written for another job, step or namespace/;
    await until('the log to say so', () => logged.some((line) => saysSo.test(line)));
    for (const name of ['mine', 'theirs']) completeExport(name);
    await stage.jobs.result(mine);
    expect(await taskFailures(mine)).toEqual([]);
  });
});

describe('where encryption is required', () => {
  it('a job runs to its end, a plain cancel counts, and a plain update is refused', async () => {
    const keys = strictKeyRing('k1');
    stage = await setStage({ keys });
    const jobId = await startRunning('strict');
    const plainly = stage.clientWith(undefined).temporal.workflow.getHandle(jobId);
    await expect(plainly.executeUpdate('requestCancel', { args: [{ reason: 'mine' }] })).rejects.toThrow(
      'Workflow Update failed',
    );
    await plainly.signal('cancel', 'too broad');
    const record = await untilRecord(stage, jobId, 'asked', ({ cancel }) => cancel.requestsTotal === 1);
    expect(record.cancel.requests[0]).toMatchObject({ reason: 'too broad' });
    completeExport('strict');
    await stage.jobs.result(jobId);
    expect(await taskFailures(jobId)).toEqual([]);
  });

  it(
    'a job that was started plainly waits, and says why',
    async () => {
      stage = await setStage({ keys: strictKeyRing('k1') });
      const { jobId } = await stage.clientWith(undefined).jobs.startExport(mailExport(stage, 'plain'));
      const [said] = await until('a failed task', async () => {
        const failures = await taskFailures(jobId);
        return failures.length > 0 && failures;
      });
      expect(said).toContain('not encrypted, and encryption.require is on');
    },
    LIMIT_MS,
  );
});

it('a policy runs as a Schedule starts it, twice, with what it is given encrypted', async () => {
  stage = await setStage({ keys: keyRing('k1') });
  const nightly = policy('encrypted');
  await apply(stage, nightly);
  // The second run is given the result of the first.
  for (const run of ['first', 'second'])
    expect([run, await runNow(stage, nightly.name)]).toEqual([run, expect.objectContaining({ lines: [] })]);
});
