import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../support/until';
import { QUICK } from '../support/stage';
import { setTelemetryStage } from '../telemetry/telemetry-stage';
import type { TelemetryStage } from '../telemetry/telemetry-stage';

/** 400 digits: as a number, Infinity. */
const ENDLESS = '9'.repeat(400);

let stage: TelemetryStage;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hostile-delay-'));
  stage = await setTelemetryStage();
});
afterEach(async () => {
  await stage?.close();
  await rm(folder, { recursive: true });
});

function endlessWait(retryAfter: string = ENDLESS): void {
  const answer = { kind: 'error', status: 'UNAVAILABLE', retryAfter } as const;
  stage.fake.fault({ method: 'vault.matters.exports.get', times: 'always', answer });
}

async function startExport(name: string): Promise<string> {
  const query = { corpus: 'MAIL', dataScope: 'ALL_DATA', method: 'ENTIRE_ORG' } as const;
  const { jobId } = await stage.jobs.startExport({
    matterId: stage.matterId,
    source: { type: 'create', name, query },
    timing: QUICK,
  });
  return jobId;
}

it.each([
  ['endless', ENDLESS, /The server wants to be left alone: looks again in 1h\.$/],
  ['far', 'Sat, 13 Sep 275760 00:00:00 GMT', /The server wants to be left alone: looks again in 1h\.$/],
  ['negative', '-5', /HTTP 503\.$/],
  ['unreadable', '1e999', /HTTP 503\.$/],
])(
  'a worker outlives a Retry-After that is %s, and the job says that it waits',
  async (name, retryAfter, detail) => {
    const worker = await stage.startWatchedWorker();
    endlessWait(retryAfter);
    const jobId = await startExport(name);
    const record = await until('the job to be blocked', async () => {
      const { record: seen } = await stage.jobs.status(jobId);
      return seen.blocked !== undefined && seen;
    });
    expect(record.blocked).toMatchObject({ on: 'vault', detail: expect.stringMatching(detail) });
    expect((await fetch(`${worker.url}/readyz`)).status).toBe(200);
  },
);

it('a worker whose native part failed ends with an error, so that it is started anew', async () => {
  const delay = join(__dirname, '..', '..', 'dist', 'src', 'domain', 'delay.js');
  const unguard = join(folder, 'unguard.cjs');
  await writeFile(unguard, `require(${JSON.stringify(delay)}).timerMs = () => Infinity;`);
  const worker = await stage.startWorker({ NODE_OPTIONS: `--require ${unguard}` });
  endlessWait();
  await startExport('native');
  expect(await worker.exited).toBe('exit code 1');
  expect(worker.lastLines).toMatch(/millis|panic/i);
});
