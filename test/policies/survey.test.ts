import type { Policy } from '../../src/domain/policy';
import { survey } from '../../src/policies/survey';
import { untilState } from '../support/remote';
import { mailExport, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { oldExport, policy, untilListed } from './policy-stage';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage({ fake: { linkMode: 'linked' } });
});
afterAll(() => stage?.close());

it('every field of the match narrows', async () => {
  const { jobId, matterId } = await oldExport(stage, 'narrow');
  await untilState(stage, jobId, 'RUNNING');
  await untilListed(stage, policy('narrow'), 1);
  const matched = async (match: Policy['match']) => {
    const { matched: jobs } = await survey(stage.temporal, { ...policy('narrow'), match }, stage.taskQueue);
    return jobs;
  };
  const tenant = 'narrow';
  expect(await matched({ tenant })).toBe(1);
  expect(await matched({ tenant, kind: 'export', state: 'RUNNING', matter: matterId })).toBe(1);
  expect(await matched({ tenant: "it's another" })).toBe(0);
  expect(await matched({ tenant, kind: 'count' })).toBe(0);
  expect(await matched({ tenant, state: 'CREATING' })).toBe(0);
  expect(await matched({ tenant, matter: stage.matterId })).toBe(0);
});

it('sees no jobs of another deployment in the same namespace', async () => {
  await oldExport(stage, 'apart');
  await untilListed(stage, policy('apart'), 1);
  expect(await survey(stage.temporal, policy('apart'), 'another-queue')).toEqual({
    matched: 0,
    counts: {},
    candidates: [],
  });
});

it('a job that no worker answers for is told so and is no candidate', async () => {
  const idle = await setStage({ worker: false });
  try {
    const { jobId } = await idle.jobs.startExport(mailExport(idle, 'silent', { tenant: 'silent' }));
    const wanted = policy('silent', { olderThan: '1ms' });
    await untilListed(idle, wanted, 1);
    expect(await survey(idle.temporal, wanted, idle.taskQueue)).toMatchObject({
      matched: 1,
      counts: { UNREADABLE: 1 },
      candidates: [{ jobId, state: 'QUEUED', standing: { type: 'UNREADABLE' } }],
    });
  } finally {
    await idle.close();
  }
});
