import { createReadiness, NotReadyError } from '../../src/telemetry/readiness';
import { layLine } from '../crash/severable-line';
import type { SeverableLine } from '../crash/severable-line';
import { until } from '../support/until';
import { setTelemetryStage } from './telemetry-stage';
import type { TelemetryStage } from './telemetry-stage';

let line: SeverableLine;
let stage: TelemetryStage;

beforeAll(async () => {
  line = await layLine(process.env.TEST_TEMPORAL_ADDRESS!);
  stage = await setTelemetryStage({ workerAddress: line.address });
});
afterAll(async () => {
  await stage?.close();
  await line?.close();
});

async function ask(url: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url);
  return { status: response.status, body: await response.json() };
}

it('a worker that polls is ready; one that Temporal does not answer lives on and says what is missing', async () => {
  const worker = await stage.startWatchedWorker();
  expect(await ask(`${worker.url}/healthz`)).toEqual({ status: 200, body: { alive: true } });
  expect(await ask(`${worker.url}/readyz`)).toEqual({
    status: 200,
    body: { ready: true, checks: { temporal: 'ok', worker: 'ok', ledger: 'ok' } },
  });
  line.sever();
  const missing = await until('it to notice', async () => {
    const answer = await ask(`${worker.url}/readyz`);
    return answer.status === 503 && answer;
  });
  expect(missing.body).toMatchObject({
    ready: false,
    checks: { temporal: expect.stringMatching(/answer/), ledger: 'ok' },
  });
  expect(await ask(`${worker.url}/healthz`)).toMatchObject({ status: 200 });
  expect((await worker.scrape()).length).toBeGreaterThan(0);
});

it('an address that is taken stops the start with one sentence', async () => {
  const taken = new URL(stage.fake.rootUrl).host;
  await expect(stage.startWatchedWorker({ VAULT_JOBS_METRICS: taken })).rejects.toThrow(
    /--metrics or VAULT_JOBS_METRICS: cannot be listened on \(EADDRINUSE\)/,
  );
});

it('readiness names each thing that is not there, without an error’s own words', async () => {
  const readiness = createReadiness({
    worker: () => Promise.reject(new NotReadyError('is starting')),
    ledger: () => Promise.reject(new Error('connection to postgres://user:secret@db failed')),
    temporal: () => Promise.resolve(),
  });
  expect(await readiness()).toEqual({
    ready: false,
    checks: { worker: 'is starting', ledger: 'does not answer', temporal: 'ok' },
  });
});

it('probes that come together are one look', async () => {
  let looks = 0;
  const readiness = createReadiness({ temporal: async () => void (looks += 1) });
  await Promise.all([readiness(), readiness(), readiness()]);
  expect(looks).toBe(1);
});
