import { join } from 'node:path';
import { runCli } from '../cli/cli-process';
import { smallDisk } from '../support/full-disk';
import { until } from '../support/until';
import { setTelemetryStage } from './telemetry-stage';
import type { TelemetryStage } from './telemetry-stage';

const disk = smallDisk(8);
if (disk === undefined) process.stderr.write('Tests on a full disk are skipped: none may be mounted here\n');

let stage: TelemetryStage;

beforeAll(async () => {
  if (disk) stage = await setTelemetryStage({ ledgerUrl: join(disk.folder, 'ledger.db') });
});
afterAll(async () => {
  disk?.makeRoom();
  await stage?.close();
  disk?.remove();
});

(disk === undefined ? describe.skip : describe)('a ledger without room', () => {
  it('makes a worker not ready, doctor says why, and both heal with the disk', async () => {
    const worker = await stage.startWatchedWorker();
    const ready = async () => {
      const response = await fetch(`${worker.url}/readyz`);
      const body: { checks?: { ledger?: string } } = JSON.parse(await response.text());
      return { status: response.status, ledger: body.checks?.ledger };
    };
    const doctor = async () => {
      const { stdout } = await runCli(['doctor', '--json'], stage.env);
      const { checks }: { checks: { group: string; status: string; detail: string }[] } = JSON.parse(stdout);
      return checks.find(({ group }) => group === 'Ledger');
    };
    expect(await ready()).toEqual({ status: 200, ledger: 'ok' });
    disk?.fill();
    expect(await ready()).toEqual({ status: 503, ledger: 'cannot be written' });
    expect(await doctor()).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining('cannot be written: database or disk is full'),
    });
    disk?.makeRoom();
    await until('the worker to be ready again', async () => (await ready()).status === 200);
    expect(await doctor()).toMatchObject({ status: 'ok' });
  });
});
