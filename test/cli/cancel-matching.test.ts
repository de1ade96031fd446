import { asked, untilPolled, untilRecord } from '../support/remote';
import { mailExport, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';
import { runCliOn } from './stage-cli';

let stage: Stage;
let matterId: string;
let query: string;
let ids: string[];

beforeAll(async () => {
  stage = await setStage({ fake: { linkMode: 'linked', durations: { cancelMs: 0 } } });
  stage.fake.script({ match: {}, behaviour: { end: 'never' } });
});
afterAll(() => stage?.close());

beforeEach(async () => {
  ({ matterId } = stage.fake.seedMatter());
  query = `VaultMatterId = '${matterId}'`;
  ids = await Promise.all(
    ['a', 'b', 'c'].map(async (name) => {
      const { jobId } = await stage.jobs.startExport(mailExport(stage, name, { matterId }));
      await untilPolled(stage, jobId);
      return jobId;
    }),
  );
  await until('visibility to show them', async () => (await stage.jobs.count({ query, open: true })) === 3);
});

const cancels = () => asked(stage, 'operations.cancel').filter(({ operationName }) => operationName).length;

async function requestsOf(jobId: string): Promise<number> {
  return (await stage.jobs.status(jobId)).record.cancel.requestsTotal;
}

it('every matching job is asked, and answered for; with --wait until it is proven how it ended', async () => {
  const args = ['cancel', '--query', query, '--reason', 'matter closed', '--yes', '--wait', '--json'];
  const { exitCode, stdout, stderr } = await runCliOn(stage, args);
  const answer: { matched: number; jobs: { jobId: string; answer: string; outcome: string }[] } =
    JSON.parse(stdout);
  expect(exitCode).toBe(0);
  expect(answer.matched).toBe(3);
  expect(answer.jobs.map(({ jobId }) => jobId).toSorted()).toEqual(ids.toSorted());
  for (const job of answer.jobs) expect(job).toMatchObject({ answer: 'RECORDED', outcome: 'CANCELLED' });
  for (const id of ids) expect(stderr).toContain(id);
  expect((await stage.jobs.status(ids[0]!)).record.cancel.requests[0]).toMatchObject({
    reason: 'matter closed',
  });
});

it('more matches than --max: nobody is asked', async () => {
  const before = cancels();
  const args = ['cancel', '--query', query, '--reason', 'r', '--max', '2', '--yes'];
  const { exitCode, stderr } = await runCliOn(stage, args);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: expect.stringMatching(/About 3 jobs match.*none was asked/),
  });
  for (const id of ids) expect(await requestsOf(id)).toBe(0);
  expect(cancels()).toBe(before);
});

it('where nobody can be asked and nobody said --yes, nobody is asked', async () => {
  const { exitCode, stderr } = await runCliOn(stage, ['cancel', '--query', query, '--reason', 'r']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining('--yes') });
  for (const id of ids) expect(await requestsOf(id)).toBe(0);
});

it('the same command again asks nobody twice', async () => {
  for (const id of ids) {
    const { remote } = (await stage.jobs.status(id)).record;
    stage.fake.scriptOperation(remote.operationName!, { cancel: { kind: 'never-ends' } });
  }
  const args = ['cancel', '--query', query, '--reason', 'r', '--yes', '--json'];
  const first = await runCliOn(stage, args);
  expect(JSON.parse(first.stdout).jobs).toEqual(
    expect.arrayContaining(ids.map((jobId) => expect.objectContaining({ jobId, answer: 'RECORDED' }))),
  );
  for (const id of ids) await untilRecord(stage, id, 'CANCELLING', ({ state }) => state === 'CANCELLING');
  const second = await runCliOn(stage, args);
  expect(JSON.parse(second.stdout).jobs).toEqual(
    expect.arrayContaining(ids.map((jobId) => expect.objectContaining({ jobId, answer: 'ALREADY_ASKED' }))),
  );
  for (const id of ids) expect(await requestsOf(id)).toBe(1);
});

it.each([
  [
    'a bad query',
    ['--query', 'Nonsense = 1', '--reason', 'r', '--yes'],
    /^vault-jobs: The query is not valid: .*Nonsense.*\n$/,
  ],
  ['no reason', ['--query', "VaultJobKind = 'export'", '--yes'], /--reason/],
  ['a job beside it', ['job-1', '--query', "VaultJobKind = 'export'", '--yes'], /either a job or --query/],
  ['neither', [], /Name a job/],
  ['--yes with a job', ['job-1', '--yes'], /go with --query only/],
])('%s is refused in one sentence', async (_what, args, sentence) => {
  const { exitCode, stdout, stderr } = await runCliOn(stage, ['cancel', ...args]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toMatch(sentence);
});

it('a query that nothing matches is no error', async () => {
  const nothing = ['--query', "VaultMatterId = 'none'", '--reason', 'r', '--yes', '--json'];
  const { exitCode, stdout } = await runCliOn(stage, ['cancel', ...nothing]);
  expect({ exitCode, answer: JSON.parse(stdout) }).toMatchObject({
    exitCode: 0,
    answer: { matched: 0, jobs: [] },
  });
});
