import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SEARCH_ATTRIBUTES } from '../../src/domain/search-attributes';
import { startTemporalServer } from '../../src/embedded/temporal-server';
import type { TemporalServer } from '../../src/embedded/temporal-server';
import { Closing } from '../../src/stack/closing';
import { QUICK } from '../support/stage';
import { completeExport } from './at-step';
import { setCrashStage } from './crash-stage';
import { mailExport, untilPolled } from './jobs';

const closing = new Closing();
afterAll(() => closing.close());

it('a restored backup of Temporal makes nothing twice: what it has forgotten is in the ledger and in Vault', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vault-jobs-backup-'));
  await closing.add(() => rm(folder, { recursive: true, force: true }));
  const [data, backup] = [join(folder, 'data'), join(folder, 'backup')];
  const dbFilename = join(data, 'temporal.db');
  const start = (port?: number): Promise<TemporalServer> =>
    startTemporalServer({
      dbFilename,
      searchAttributes: SEARCH_ATTRIBUTES,
      ...(port !== undefined && { port }),
    });
  let temporal = await start();
  await closing.add(() => temporal.kill());
  const stage = await setCrashStage({ address: temporal.address });
  await closing.add(() => stage.close());
  const [kept, lost] = [stage.fake.seedMatter(), stage.fake.seedMatter()];
  stage.fake.script({ match: {}, behaviour: { end: 'never' } });
  const request = ({ matterId }: { matterId: string }) => mailExport(matterId, { timing: QUICK });

  await stage.jobs.startExport(request(kept), { jobId: 'kept' });
  await temporal.stop();
  await cp(data, backup, { recursive: true });
  temporal = await start(temporal.port);
  const worker = await stage.startWorker();
  await stage.jobs.startExport(request(lost), { jobId: 'lost' });
  await Promise.all([untilPolled(stage, 'kept'), untilPolled(stage, 'lost')]);

  await worker.kill();
  await temporal.stop();
  await rm(data, { recursive: true });
  await cp(backup, data, { recursive: true });
  temporal = await start(temporal.port);
  await stage.startWorker();
  expect(await stage.jobs.startExport(request(lost), { jobId: 'lost' })).toMatchObject({ existed: false });
  for (const { matterId } of [kept, lost]) completeExport(stage, matterId);
  for (const jobId of ['kept', 'lost'])
    expect(await stage.jobs.result(jobId)).toMatchObject({ outcome: 'COMPLETED' });
  expect(
    stage.fake
      .state()
      .exports.map(({ matterId }) => matterId)
      .toSorted(),
  ).toEqual([kept.matterId, lost.matterId].toSorted());
  expect(stage.fake.log({ method: 'vault.matters.exports.create' })).toHaveLength(2);
}, 180_000);
