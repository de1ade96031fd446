import { randomUUID } from 'node:crypto';
import { untilPolled } from '../support/remote';
import { mailExport, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';

const SIZES_MB = [1, 1.9, 2.1, 3.9];
/** What the server stores as one payload. */
const STORED_MB = 2;

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage?.close());

const textOf = (mb: number) => 'x'.repeat(mb * 1_000_000);

/** Each door that takes data from outside, with what a too large text does to it. */
const DOORS = {
  'signal cancel': (jobId, text) => handleOf(jobId).signal('cancel', text),
  'update requestCancel': (jobId, text) => handleOf(jobId).executeUpdate('requestCancel', { args: [text] }),
  'update requestCancel, second value': (jobId, text) =>
    handleOf(jobId).executeUpdate('requestCancel', { args: ['why', text] }),
  'update linkOperation': (jobId, text) => handleOf(jobId).executeUpdate('linkOperation', { args: [text] }),
  'update linkOperation, second value': (jobId, text) =>
    handleOf(jobId).executeUpdate('linkOperation', { args: ['operations/x', text] }),
  'update nobodyKnows': (jobId, text) => handleOf(jobId).executeUpdate('nobodyKnows', { args: [text] }),
  'query standing': (jobId, text) => handleOf(jobId).query('standing', text),
} satisfies { [door: string]: (jobId: string, text: string) => Promise<unknown> };

const handleOf = (jobId: string) => stage.temporal.workflow.getHandle(jobId);

function reason(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (!(cause.cause instanceof Error)) return cause.message.split('\n')[0]!.slice(0, 90);
  }
  return String(error);
}

const started = new Map<string, { input: ReturnType<typeof mailExport> }>();

async function running(): Promise<string> {
  const name = `sizes-${randomUUID().slice(0, 8)}`;
  stage.fake.script({ match: { nameRegex: `^${name}-vj` }, behaviour: { end: 'never', linked: false } });
  const input = mailExport(stage, name);
  const { jobId } = await stage.jobs.startExport(input);
  started.set(jobId, { input });
  await untilPolled(stage, jobId);
  return jobId;
}

it.each(Object.entries(DOORS))(
  'the %s leaves the job running, whatever it carries',
  async (door, knock) => {
    const isUpdate = door.startsWith('update');
    for (const mb of isUpdate ? SIZES_MB.filter((size) => size < STORED_MB) : SIZES_MB) {
      const jobId = await running();
      const answer = await knock(jobId, textOf(mb)).then(() => 'taken', reason);
      const { status, historyLength, raw } = await handleOf(jobId).describe();
      const bytes = Number(raw.workflowExecutionInfo?.historySizeBytes);
      console.info(
        `| ${door} | ${mb} MB | ${answer} | ${status.name} | ${historyLength} events, ${bytes} bytes |`,
      );
      expect(status.name).toBe('RUNNING');
      // What is refused leaves no trace; the wish to cancel is kept in full for as long as the job runs.
      expect(bytes).toBeLessThan(isUpdate ? 50_000 : 3_000_000);
      await expect(handleOf(jobId).query('status')).resolves.toMatchObject({ jobId });
      await handleOf(jobId).terminate();
    }
  },
  120_000,
);

it('an update of more than the server stores may end the job, but not the promise: it is gone on with', async () => {
  const jobId = await running();
  const { remote } = (await stage.jobs.status(jobId)).record;
  await DOORS['update nobodyKnows'](jobId, textOf(3.9)).catch(() => undefined);
  stage.fake.scriptExport(remote.exportId!, { end: 'complete', afterMs: 0 });
  // The SDK sends the update back with its refusal; a server that ends the job for that does so when it likes.
  const status = await until('its end, or that of its run', async () => {
    const { name } = (await handleOf(jobId).describe()).status;
    return name !== 'RUNNING' && name;
  });
  console.info(`| update nobodyKnows | 3.9 MB | ${status} |`);
  expect(['COMPLETED', 'TERMINATED']).toContain(status);
  if (status === 'TERMINATED') {
    const { input } = started.get(jobId)!;
    await stage.jobs.startExport(input, { jobId, takeUp: true });
  }
  expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED');
});

it.each(SIZES_MB)('a start with %s MB of data makes no job, or one that is refused', async (mb) => {
  const workflowId = `large-${mb}`;
  const args = [{ ...mailExport(stage, 'large'), padding: textOf(mb) }];
  const { taskQueue } = stage;
  const end = await stage.temporal.workflow
    .execute('vaultExport', { workflowId, taskQueue, args })
    .then(() => 'made', reason);
  console.info(`| start vaultExport | ${mb} MB | ${end} |`);
  expect(end).not.toBe('made');
});
