import { setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { untilPolled } from '../support/remote';
import { runCliOn } from './stage-cli';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage?.close());

it('a matter’s orphans are shown, and taken over with --adopt', async () => {
  const { matterId } = stage.fake.seedMatter();
  const [exportId] = stage.fake.seedExports(matterId, {
    count: 1,
    status: 'IN_PROGRESS',
    namePrefix: 'left',
  });
  const shown = await runCliOn(stage, ['orphans', '--matter', matterId]);
  expect(shown.exitCode).toBe(0);
  expect(shown.stdout).toMatch(new RegExp(`${exportId} +left-1 +${matterId}.* none\n`));
  const adopted = await runCliOn(stage, ['orphans', '--matter', matterId, '--adopt', '--json']);
  const [orphan]: { adoptedBy: string }[] = JSON.parse(adopted.stdout).orphans;
  expect((await untilPolled(stage, orphan!.adoptedBy)).remote).toMatchObject({ exportId });
  const after = await runCliOn(stage, ['orphans', '--matter', matterId]);
  expect(after.stdout).toContain('No export in progress is without a job.');
});

it('without --matter nothing is read unless somebody can agree or has', async () => {
  stage.fake.clearLog();
  const { exitCode, stderr } = await runCliOn(stage, ['orphans']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining('--yes') });
  expect(stage.fake.log()).toEqual([]);
});
