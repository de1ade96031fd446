import { queueRates, readRatesSchema } from '../../src/config/read-rates';
import type { QueueRates } from '../../src/config/read-rates';
import { asked, untilRecord } from '../support/remote';
import { setCrashStage } from '../crash/crash-stage';
import { QUICK, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';

/** A minute of Vault's quotas takes six seconds here; periods and rates are as much shorter and faster. */
const TIMES_FASTER = 10;
const COMPRESSED = {
  ...QUICK,
  poll: { minMs: 1_400, maxMs: 5_760, ageFraction: 0.4 },
  confirmPoll: { minMs: 180, maxMs: 5_760, ageFraction: 0.1 },
};
const QUOTAS = { perMinute: true, windowMs: 60_000 / TIMES_FASTER, runningExports: null };

function fasterRates(): QueueRates {
  const rates = Object.entries(queueRates(readRatesSchema.parse({})));
  return Object.fromEntries(rates.map(([queue, rate]) => [queue, rate * TIMES_FASTER]));
}

jest.setTimeout(180_000);

type Watching = Pick<Stage, 'fake' | 'jobs' | 'ledger'>;

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());

async function set(options: Parameters<typeof setStage>[0]): Promise<Stage> {
  const stage = await setStage(options);
  close = () => stage.close();
  return stage;
}

/** Adopts so many running exports of one matter. */
async function watchRunning(stage: Watching, count: number): Promise<{ matterId: string; jobIds: string[] }> {
  const { matterId, exportIds } = stage.fake.seedMatter({
    exports: { count, status: 'IN_PROGRESS', ageMs: 60_000 },
  });
  const started = await Promise.all(
    exportIds.map((exportId) =>
      stage.jobs.startExport({ matterId, source: { type: 'adopt', exportId }, timing: COMPRESSED }),
    ),
  );
  return { matterId, jobIds: started.map(({ jobId }) => jobId) };
}

/** From the ledger: to ask each job itself, again and again, would keep the worker busy with queries. */
async function looksAt({ ledger }: Watching, jobIds: readonly string[]): Promise<number[]> {
  const jobs = await Promise.all(jobIds.map((jobId) => ledger.job(jobId)));
  return jobs.map((job) => job?.polls ?? 0);
}

async function untilLooked(stage: Watching, jobIds: readonly string[], times: number): Promise<void> {
  await until(
    `${times} looks at each job`,
    async () => Math.min(...(await looksAt(stage, jobIds))) >= times,
    90_000,
  );
}

const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
it('twenty exports and forty counts use up no quota of Vault’s', async () => {
  const stage = await set({ fake: { limits: QUOTAS, durations: { countMs: 2_000 } }, rates: fasterRates() });
  const query = { corpus: 'MAIL', dataScope: 'ALL_DATA', method: 'ENTIRE_ORG' } as const;
  const [many, few, counts] = await Promise.all([
    watchRunning(stage, 16),
    watchRunning(stage, 4),
    Promise.all(
      Array.from({ length: 40 }, () =>
        stage.jobs.startCount({ matterId: stage.matterId, query, timing: COMPRESSED }),
      ),
    ),
  ]);
  await untilLooked(stage, [...many.jobIds, ...few.jobIds], 5);
  for (const { jobId } of counts) {
    expect(await stage.jobs.result(jobId)).toMatchObject({ outcome: 'COMPLETED' });
  }
  expect(stage.fake.log().filter(({ status }) => status === 429)).toEqual([]);
});

it('a second worker reads nothing that the first has read', async () => {
  const stage = await setCrashStage();
  close = () => stage.close();
  await Promise.all([stage.startWorker(), stage.startWorker()]);
  const { jobIds } = await watchRunning(stage, 16);
  await untilLooked(stage, jobIds, 2);
  stage.fake.clearLog();
  const before = total(await looksAt(stage, jobIds));
  await untilLooked(stage, jobIds, 6);
  const looks = total(await looksAt(stage, jobIds)) - before;
  const calls = (method: string) => stage.fake.log({ method: `vault.matters.exports.${method}` }).length;
  // Alone, one worker spends 5 units on 16 looks; two that did not share would spend 10.
  expect((calls('list') * 5 + calls('get')) / looks).toBeLessThan(7.5 / 16);
});

it('a cancel arrives while hundreds of looks wait for their turn', async () => {
  const stage = await set({ fake: { limits: 'off', linkMode: 'linked' }, rates: { watch: 0.07 } });
  const { matterId } = await watchRunning(stage, 40);
  const behaviour = { end: 'never', cancel: { kind: 'honoured', afterMs: 0 } } as const;
  stage.fake.script({ match: { namePrefix: 'last' }, behaviour });
  const { jobId } = await stage.jobs.startExport({
    matterId,
    source: {
      type: 'create',
      name: 'last',
      query: {
        corpus: 'MAIL',
        dataScope: 'ALL_DATA',
        method: 'ENTIRE_ORG',
      },
    },
    timing: COMPRESSED,
  });
  await untilRecord(stage, jobId, 'running', ({ state }) => state === 'RUNNING');
  await stage.jobs.requestCancel(jobId, { reason: 'too broad' });
  expect(await stage.jobs.result(jobId)).toMatchObject({
    outcome: 'CANCELLED',
    cancel: { disposition: 'ACCEPTED' },
  });
  expect(asked(stage, 'operations.cancel')).toHaveLength(1);
  // Of the other forty most have not been looked at once.
  const others = await stage.ledger.jobs({ matterId });
  expect(others.filter(({ polls }) => polls > 0).length).toBeLessThan(20);
});
