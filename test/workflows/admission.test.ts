import { admissionId, ADMISSION_SIGNAL, QUEUE_QUERY } from '../../src/domain/admission-messages';
import type { AdmissionReport, QueueView } from '../../src/domain/admission-messages';
import { exportQuotasSchema } from '../../src/domain/admission-quotas';
import { asked, exportsNamed, untilPolled, untilRecord, untilState } from '../support/remote';
import { NO_QUOTAS } from '../support/no-quotas';
import { resetToItsBeginning } from '../support/reset';
import { mailExport, QUICK, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';

/** Slots alone are scarce. */
const THREE_SLOTS = exportQuotasSchema.parse({ ...NO_QUOTAS, runningExports: 4, reserve: 1, censusMs: 500 });

let stage: Stage;

/** Each on a queue of its own: what one leaves behind must not stand in another's way. */
async function onStage(options: Parameters<typeof setStage>[0], play: () => Promise<void>): Promise<void> {
  stage = await setStage(options);
  try {
    await play();
  } finally {
    await stage.close();
  }
}

const queue = () => stage.temporal.workflow.getHandle(admissionId(stage.taskQueue, 'default'));
const view = () => queue().query<QueueView>(QUEUE_QUERY);
const creates = () => asked(stage, 'matters.exports.create');
const refusals = () => creates().filter(({ status }) => status !== 200);
const createdNames = () => creates().map(({ exportName }) => exportName!.replace(/-vj\w+$/, ''));

/** Exports of these names run until they are told to end. */
const endless = (pattern: string) =>
  stage.fake.script({ match: { nameRegex: `^(${pattern})-vj` }, behaviour: { end: 'never' } });

async function start(name: string, priority?: number): Promise<string> {
  const change = priority === undefined ? {} : { priority };
  const { jobId } = await stage.jobs.startExport(mailExport(stage, name, change));
  return jobId;
}

/** Starts them one after the other, so that it is plain who came first. */
async function startInTurn(names: string[]): Promise<string[]> {
  const ids = [];
  for (const name of names) ids.push(await start(name));
  return ids;
}

async function untilWaiting(count: number): Promise<QueueView> {
  return until(`${count} jobs to wait`, async () => {
    const seen = await view().catch(() => undefined);
    return seen?.waiting.length === count && seen;
  });
}

function end(name: string): void {
  for (const { id } of exportsNamed(stage, name))
    stage.fake.scriptExport(id, { end: 'complete', afterMs: 0 });
}

it('jobs submitted at once meet neither the create quota nor the limit of running exports', async () => {
  const windowMs = 2_000;
  const quotas = exportQuotasSchema.parse({ runningExports: 4, reserve: 1, createsPerMinute: 2, windowMs });
  const fake = { limits: { runningExports: 4, perMinute: true, windowMs }, durations: { exportMs: 2_500 } };
  await onStage({ fake, quotas, worker: false }, async () => {
    const names = Array.from({ length: 8 }, (_, n) => `bulk-${n}`);
    const ids = await startInTurn(names);
    await stage.startWorker();
    const most = { running: 0 };
    const sample = setInterval(() => {
      most.running = Math.max(most.running, stage.fake.state().runningExports);
    }, 20);
    const records = await Promise.all(ids.map((id) => stage.jobs.result(id)));
    clearInterval(sample);
    expect(records.map(({ outcome }) => outcome)).toEqual(names.map(() => 'COMPLETED'));
    expect(refusals()).toEqual([]);
    expect(stage.fake.log().filter(({ status }) => status === 429)).toEqual([]);
    expect(createdNames()).toHaveLength(names.length);
    // All three slots were in use, and the reserve was not.
    expect(most.running).toBe(3);
  });
}, 120_000);

it('who comes first starts first within a priority, and a job that waits is QUEUED with its place', async () => {
  await onStage({ quotas: THREE_SLOTS }, async () => {
    endless('h\\d|w\\d|urgent|lax');
    const holders = await startInTurn(['h1', 'h2', 'h3']);
    for (const id of holders) await untilState(stage, id, 'RUNNING');
    const [w1, w2] = await startInTurn(['w1', 'w2']);
    const lax = await start('lax', 5);
    const urgent = await start('urgent', 1);
    await untilWaiting(4);
    const { record } = await stage.jobs.status(w2!);
    expect(record).toMatchObject({ state: 'QUEUED', queue: { position: 3, waiting: 4 } });
    const waiting = await untilRecord(stage, w2!, 'blocked', ({ blocked }) => blocked !== undefined);
    expect(waiting.blocked).toMatchObject({
      on: 'slot',
      during: 'queue',
      detail: expect.stringMatching(/^Place \d of \d/),
    });
    const listed = await stage.jobs.list({ state: 'QUEUED' });
    expect(listed.find(({ jobId }) => jobId === lax)).toMatchObject({ queue: { position: 4, waiting: 4 } });
    for (const [ended, next] of [
      ['h1', urgent],
      ['h2', w1],
      ['h3', w2],
      ['urgent', lax],
    ] as const) {
      end(ended);
      const begun = await untilState(stage, next!, 'RUNNING');
      expect(begun.blocked).toBeUndefined();
      expect(begun).not.toHaveProperty('queue');
    }
    expect(createdNames().slice(3)).toEqual(['urgent', 'w1', 'w2', 'lax']);
    expect((await view()).holding).toHaveLength(3);
    for (const name of ['w1', 'w2', 'lax']) end(name);
    await untilWaiting(0);
  });
}, 120_000);

it('exports that people started by hand are waited out, and the slots they give back are taken again', async () => {
  const quotas = exportQuotasSchema.parse({ ...NO_QUOTAS, runningExports: 2, reserve: 0 });
  await onStage({ quotas, fake: { limits: { perMinute: false, runningExports: 2 } } }, async () => {
    endless('mine\\d');
    const byHand = stage.fake.seedMatter({ exports: { count: 2, status: 'IN_PROGRESS', ageMs: 0 } });
    const [first, second] = await startInTurn(['mine1', 'mine2']);
    const { state, blocked } = await untilRecord(
      stage,
      first!,
      'refused',
      (record) => record.blocked?.during === 'create',
    );
    expect([state, blocked?.on]).toEqual(['QUEUED', 'slot']);
    expect(await view()).toMatchObject({ capacity: 0, configured: 2 });
    expect((await stage.jobs.status(second!)).record.state).toBe('QUEUED');
    for (const id of byHand.exportIds) stage.fake.scriptExport(id, { end: 'complete', afterMs: 0 });
    for (const id of [first!, second!]) await untilState(stage, id, 'RUNNING');
    expect(await view()).toMatchObject({ capacity: 2, configured: 2 });
    expect(createdNames().filter((_, n) => creates()[n]!.status === 200)).toEqual(['mine1', 'mine2']);
    const types = (await stage.jobs.history(first!)).map(({ type }) => type);
    expect(types).not.toContain('REQUEST_REFUSED');
    expect(types.filter((type) => type === 'BLOCKED')).toHaveLength(1);
  });
}, 120_000);

it('a waiting job that is cancelled ends at once, asks Vault nothing and leaves the queue', async () => {
  await onStage({ quotas: THREE_SLOTS }, async () => {
    endless('h\\d');
    const holders = await startInTurn(['h1', 'h2', 'h3']);
    for (const id of holders) await untilState(stage, id, 'RUNNING');
    const { matterId } = await stage.vault.createMatter({ name: 'Of the waiting job' });
    const { jobId } = await stage.jobs.startExport(mailExport(stage, 'waits', { matterId }));
    await untilWaiting(1);
    await stage.jobs.requestCancel(jobId, { reason: 'not needed any more' });
    expect(await stage.jobs.result(jobId)).toMatchObject({
      outcome: 'CANCELLED',
      cancel: { disposition: 'NOT_NEEDED', requestsTotal: 1 },
    });
    expect(stage.fake.log({ matterId })).toEqual([
      expect.objectContaining({ method: 'vault.matters.create' }),
    ]);
    await untilWaiting(0);
  });
}, 120_000);

it('a terminated job keeps its slot for as long as its export runs, and a terminated waiter leaves', async () => {
  const quotas = exportQuotasSchema.parse({ ...THREE_SLOTS, runningExports: 1, reserve: 0 });
  await onStage({ quotas }, async () => {
    endless('held|gone|next');
    const held = await start('held');
    await untilPolled(stage, held);
    const [gone, next] = await startInTurn(['gone', 'next']);
    await untilWaiting(2);
    for (const id of [held, gone!]) await stage.temporal.workflow.getHandle(id).terminate('by a person');
    await untilWaiting(1);
    // The census that let the waiter go has seen the holder too.
    expect((await view()).holding).toEqual([held]);
    end('held');
    await untilState(stage, next!, 'RUNNING');
    expect(createdNames()).toEqual(['held', 'next']);
  });
}, 120_000);

it('a queue that is terminated is begun anew by its waiting jobs, and knows who holds the slots', async () => {
  const fake = { limits: { perMinute: false, runningExports: 3 } };
  await onStage({ quotas: THREE_SLOTS, fake }, async () => {
    endless('h\\d|w\\d');
    const holders = await startInTurn(['h1', 'h2', 'h3']);
    for (const id of holders) await untilPolled(stage, id);
    const waiters = await startInTurn(['w1', 'w2', 'w3']);
    await untilWaiting(3);
    const { runId } = await queue().describe();
    await queue().terminate('by a person');
    await until('a new queue', async () => (await queue().describe()).runId !== runId);
    await untilWaiting(3);
    // It gives no turn before it has asked after the jobs.
    await until('the holders to be known', async () => (await view()).holding.length === holders.length);
    expect((await view()).holding.toSorted()).toEqual(holders.toSorted());
    for (const name of ['h1', 'h2', 'h3']) end(name);
    for (const id of waiters) await untilState(stage, id, 'RUNNING');
    expect(refusals()).toEqual([]);
    expect(createdNames().slice(3).toSorted()).toEqual(['w1', 'w2', 'w3']);
  });
}, 120_000);

it('a thousand waiters, a flood of signals and a fresh run of the queue lose nobody', async () => {
  const quotas = exportQuotasSchema.parse({ ...NO_QUOTAS, runningExports: 1, reserve: 0 });
  await onStage({ quotas }, async () => {
    endless('held|mine');
    await untilPolled(stage, await start('held'));
    const startedAtMs = Date.now();
    const crowd = Array.from({ length: 1000 }, (_, n): AdmissionReport => {
      const jobId = `export-of-the-crowd-${n}`;
      return { type: 'JOIN', jobId, runId: jobId, startedAtMs, priority: 5, stepId: '1', quotas };
    });
    const { runId } = await queue().describe();
    const tell = (report: unknown) => queue().signal(ADMISSION_SIGNAL, report);
    for (let from = 0; from < crowd.length; from += 100)
      await Promise.all(crowd.slice(from, from + 100).map(tell));
    // The same again, and nonsense: signals cost the queue history, not places.
    for (let from = 0; from < crowd.length; from += 100)
      await Promise.all(crowd.slice(from, from + 100).flatMap((report) => [tell(report), tell({ type: 7 })]));
    const mine = await start('mine');
    await untilWaiting(1001);
    await until('the queue to go on in a fresh run', async () => (await queue().describe()).runId !== runId);
    const { waiting, holding } = await view();
    expect([waiting.length, holding.length, waiting[0]!.jobId]).toEqual([1001, 1, mine]);
    const { events } = await queue().fetchHistory();
    const input = events![0]!.workflowExecutionStartedEventAttributes!.input!.payloads![0]!.data!;
    console.info(`The state of a queue with 1,001 waiters: ${Math.round(input.length / 1000)} KB`);
    expect(input.length).toBeLessThan(500_000);
    end('held');
    await untilState(stage, mine, 'RUNNING').catch(async () =>
      untilRecord(stage, mine, 'over', ({ outcome }) => outcome !== undefined),
    );
  });
}, 180_000);

it('a job that is reset while it waits keeps one place, and one that is reset after its create makes no other', async () => {
  const quotas = exportQuotasSchema.parse({ ...THREE_SLOTS, runningExports: 1, reserve: 0 });
  await onStage({ quotas }, async () => {
    endless('held|waits');
    const held = await start('held');
    await untilPolled(stage, held);
    const waits = await start('waits');
    await untilWaiting(1);
    await resetToItsBeginning(stage.temporal, waits);
    await untilWaiting(1);
    await resetToItsBeginning(stage.temporal, held);
    await stage.jobs.requestCancel(held);
    // It has an export, and no operation: the second run knows, for it looks.
    await untilState(stage, held, 'NOT_CANCELLABLE');
    end('held');
    expect(await stage.jobs.result(held)).toMatchObject({ outcome: 'COMPLETED_DESPITE_CANCEL' });
    await untilState(stage, waits, 'RUNNING');
    expect(createdNames()).toEqual(['held', 'waits']);
  });
}, 120_000);

it('a create that is cut off keeps its slot until it is known what became of it', async () => {
  const quotas = exportQuotasSchema.parse({ ...NO_QUOTAS, runningExports: 1, reserve: 0 });
  await onStage({ quotas, fake: { limits: { perMinute: false, runningExports: 1 } } }, async () => {
    endless('lost|next');
    stage.fake.script({ match: { nameRegex: '^lost-vj' }, behaviour: { end: 'never', listedAfterMs: 1000 } });
    stage.fake.fault({
      method: 'vault.matters.exports.create',
      match: { namePrefix: 'lost' },
      when: 'after-effect',
      answer: { kind: 'reply-lost' },
    });
    const [lost, next] = await startInTurn(['lost', 'next']);
    await untilState(stage, lost!, 'RUNNING');
    expect((await stage.jobs.status(next!)).record.state).toBe('QUEUED');
    expect(refusals().filter(({ status }) => status === 429)).toEqual([]);
    end('lost');
    await untilState(stage, next!, 'RUNNING');
  });
}, 120_000);

it('the page of the queue in the Temporal UI shows who holds a slot and who waits', async () => {
  await onStage({ quotas: THREE_SLOTS }, async () => {
    endless('h\\d');
    for (const id of await startInTurn(['h1', 'h2', 'h3'])) await untilState(stage, id, 'RUNNING');
    const waits = await start('waits');
    await untilWaiting(1);
    const { currentDetails } = await queue().query<{ currentDetails: string }>(
      '__temporal_workflow_metadata',
    );
    expect(currentDetails).toMatch(/^\*\*3 of 3 slots taken, 1 waiting\.\*\*/);
    expect(currentDetails).toContain(`| \`${waits}\` | 3 |`);
  });
});

describe('the history of an export with a linked operation, cancelled and confirmed', () => {
  async function eventsOf(jobId: string): Promise<number> {
    const { events } = await stage.temporal.workflow.getHandle(jobId).fetchHistory();
    return events!.length;
  }

  it('has no more than 60 events with its time in the queue, ledger and all', async () => {
    await onStage({ fake: { linkMode: 'linked' } }, async () => {
      endless('whole');
      const jobId = await start('whole');
      await untilPolled(stage, jobId);
      await stage.jobs.requestCancel(jobId);
      expect((await stage.jobs.result(jobId)).outcome).toBe('CANCELLED');
      const count = await eventsOf(jobId);
      console.info(`History of a cancelled linked export: ${count} events`);
      expect(count).toBeLessThanOrEqual(60);
    });
  });

  it('has a few more after a wait, however long and however often Vault refuses it', async () => {
    const quotas = exportQuotasSchema.parse({ ...NO_QUOTAS, runningExports: 1, reserve: 0 });
    await onStage(
      { quotas, fake: { linkMode: 'linked', limits: { perMinute: false, runningExports: 1 } } },
      async () => {
        endless('waited|first');
        const byHand = stage.fake.seedMatter({ exports: { count: 1, status: 'IN_PROGRESS', ageMs: 0 } });
        const jobId = await start('waited');
        await until('Vault to refuse it three times', () => refusals().length >= 3);
        stage.fake.scriptExport(byHand.exportIds[0]!, { end: 'complete', afterMs: 0 });
        await untilPolled(stage, jobId);
        await stage.jobs.requestCancel(jobId);
        expect((await stage.jobs.result(jobId)).outcome).toBe('CANCELLED');
        const count = await eventsOf(jobId);
        console.info(`The same, refused ${refusals().length} times for want of a slot: ${count} events`);
        expect(count).toBeLessThanOrEqual(68);
      },
    );
  });
});

it('a job that asks for a priority that does not exist is refused', async () => {
  await onStage({ worker: false }, async () => {
    await expect(start('wrong', 6)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('priority: must be a whole number from 1 (first) to 5 (last)'),
    });
    const { jobId } = await stage.jobs.startExport(mailExport(stage, 'same', { timing: QUICK, priority: 5 }));
    const again = await stage.jobs.startExport(mailExport(stage, 'same', { timing: QUICK, priority: 1 }));
    expect(again).toMatchObject({ jobId, existed: true });
  });
});

it('jobs that cannot see their exports any more keep others waiting for some minutes, and not for as long as they live', async () => {
  const quotas = exportQuotasSchema.parse({ ...NO_QUOTAS, runningExports: 20, reserve: 2, censusMs: 500 });
  await onStage({ quotas, fake: { limits: { runningExports: 20, perMinute: false } } }, async () => {
    endless('hidden-\\d+');
    const { matterId } = stage.fake.seedMatter({ name: 'Locked' });
    const hidden = await Promise.all(
      Array.from({ length: 18 }, async (_, n) => {
        const { jobId } = await stage.jobs.startExport(mailExport(stage, `hidden-${n}`, { matterId }));
        return jobId;
      }),
    );
    for (const jobId of hidden) await untilPolled(stage, jobId);
    stage.fake.access({ matterId, mode: 'matter-not-found' });
    for (let n = 0; n < 18; n += 1) end(`hidden-${n}`);
    stage.fake.patchSettings({ durations: { exportMs: 300 } });
    const waiting = await startInTurn(['one', 'two', 'three', 'four', 'five', 'six']);
    const { record } = await until('its status says what holds the slots', async () => {
      const status = await stage.jobs.status(waiting.at(-1)!);
      return (status.record.queue?.slots?.inDoubt ?? 0) > 0 && status;
    });
    expect(record.queue?.slots).toMatchObject({ of: 18, triedAt: expect.any(String) });
    expect(record.queue!.slots!.held).toBeGreaterThanOrEqual(18);
    for (const jobId of waiting) expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED');
    // One at a time: none of them was refused, so no more was tried than was free.
    expect(refusals()).toEqual([]);
    expect((await stage.jobs.status(hidden[0]!)).record).toMatchObject({ blocked: { on: 'access' } });
  });
}, 120_000);

it('exports that run all the same while their jobs cannot see them are not crowded out', async () => {
  const quotas = exportQuotasSchema.parse({ ...NO_QUOTAS, runningExports: 4, reserve: 0, censusMs: 300 });
  await onStage({ quotas, fake: { limits: { runningExports: 4, perMinute: false } } }, async () => {
    endless('hidden-\\d|more');
    const { matterId } = stage.fake.seedMatter({ name: 'Locked' });
    for (let n = 0; n < 4; n += 1) {
      const { jobId } = await stage.jobs.startExport(mailExport(stage, `hidden-${n}`, { matterId }));
      await untilPolled(stage, jobId);
    }
    stage.fake.access({ matterId, mode: 'matter-not-found' });
    const more = await start('more');
    await until('three are tried in vain', () => refusals().length >= 3);
    const [first, second, third] = refusals().map(({ timeMs }) => timeMs);
    // After longer and longer: twice a window, and four times.
    expect(second! - first!).toBeGreaterThanOrEqual(2 * quotas.windowMs - 100);
    expect(third! - second!).toBeGreaterThanOrEqual(4 * quotas.windowMs - 100);
    stage.fake.access({ matterId, mode: 'granted' });
    end('hidden-0');
    await untilState(stage, more, 'RUNNING');
  });
}, 120_000);
