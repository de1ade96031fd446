import { execFile } from 'node:child_process';
import { devNull } from 'node:os';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { deploymentChecks } from '../../src/cli/doctor/deployment-check';
import { runChecks } from '../../src/cli/doctor/run-checks';
import { readSettings } from '../../src/config/settings';
import { findTemporal } from '../../src/embedded/temporal-binary';
import { mailExport, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';

const QUERY = { corpus: 'MAIL', dataScope: 'ALL_DATA', method: 'ENTIRE_ORG' } as const;

let stage: Stage;
afterEach(() => stage.close());

const address = process.env.TEST_TEMPORAL_ADDRESS ?? '';

/** The line of doctor, for who runs this build. */
async function doctorOn(name: string, buildId: string) {
  const env = { VAULT_JOBS_DEPLOYMENT: name, VAULT_JOBS_BUILD_ID: buildId, VAULT_JOBS_CONFIG: devNull };
  const settings = readSettings({}, { ...env, TEMPORAL_CONFIG_FILE: devNull });
  const connection = await Connection.connect({ address });
  try {
    return await runChecks(deploymentChecks(settings, async () => connection));
  } finally {
    await connection.close();
  }
}

/** As an operator does it. */
async function makeCurrent(deployment: string, buildId: string): Promise<void> {
  const version = ['--deployment-name', deployment, '--build-id', buildId];
  const args = ['worker', 'deployment', 'set-current-version', ...version, '--yes', '--address', address];
  const temporal = await findTemporal();
  // The server learns of a build from its first polls, and refuses one that does not poll every queue yet.
  await until('the server to take the build', () =>
    promisify(execFile)(temporal, args).then(
      () => true,
      () => false,
    ),
  );
}

it('versioned workers take work once their build is current, and the next build takes running jobs over', async () => {
  stage = await setStage({ worker: false });
  const name = `d-${stage.taskQueue}`;
  stage.fake.script({ match: { namePrefix: 'long' }, behaviour: { end: 'never' } });
  const first = await stage.startWorker(undefined, { name, buildId: '1.0.0' });
  const source = { type: 'create', name: 'long', query: QUERY } as const;
  const { jobId } = await stage.jobs.startExport(mailExport(stage, 'long', { source }));
  const advice = expect.stringContaining(`--deployment-name ${name} --build-id 1.0.0`);
  expect(await doctorOn(name, '1.0.0')).toMatchObject([{ name: 'current build', status: 'fail', advice }]);
  await makeCurrent(name, '1.0.0');
  expect(await doctorOn(name, '1.0.0')).toMatchObject([{ status: 'ok' }]);
  const exportId = await until('it to run', async () => {
    const { record } = await stage.jobs.status(jobId);
    return record.state === 'RUNNING' ? record.remote.exportId : undefined;
  });

  await stage.startWorker(undefined, { name, buildId: '1.1.0' });
  await makeCurrent(name, '1.1.0');
  expect(await doctorOn(name, '1.0.0')).toMatchObject([{ status: 'warn' }]);
  await first.stop();
  stage.fake.scriptExport(exportId, { end: 'complete', afterMs: 0 });
  expect(await stage.jobs.result(jobId)).toMatchObject({ outcome: 'COMPLETED' });
  const { raw } = await stage.temporal.workflow.getHandle(jobId).describe();
  expect(raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId).toBe('1.1.0');
  expect(stage.fake.state().exports).toHaveLength(1);
});
