import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logLine } from '../../src/cli/worker-log';
import { mailExport } from '../crash/jobs';
import { until } from '../support/until';
import { setTelemetryStage } from '../telemetry/telemetry-stage';

const ENTRY = {
  level: 'WARN',
  message: 'Activity failed',
  timestampNanos: 1_767_225_600_000_000_000n,
  meta: {
    workflowId: 'job-7',
    workflowType: 'vaultExport',
    tenant: 'legal',
    attempt: 2,
    taskToken: 'secret',
    query: 'confidential',
    error: new TypeError('x is not a function'),
  },
} as const;

it('a line in JSON has the job, its kind and its tenant, and nothing that is not on the list', () => {
  expect(JSON.parse(logLine(ENTRY, 'json'))).toEqual({
    time: '2026-01-01T00:00:00.000Z',
    level: 'WARN',
    message: 'Activity failed',
    jobId: 'job-7',
    kind: 'export',
    tenant: 'legal',
    attempt: 2,
    error: 'TypeError: x is not a function',
  });
});

it('a line for people says the same', () => {
  expect(logLine(ENTRY, 'text')).toBe(
    '2026-01-01T00:00:00.000Z WARN Activity failed jobId=job-7 kind=export tenant=legal attempt=2 error="TypeError: x is not a function"',
  );
});

it('nothing in a line for people, or in one of JSON, acts on a terminal or could be taken for another line', () => {
  const workflowId = 'job\u001B[2J\n2026-01-01T00:00:00.000Z ERROR forged\u009B\u202E';
  const entry = { ...ENTRY, meta: { ...ENTRY.meta, workflowId, taskQueue: 'q jobId=other' } };
  const text = logLine({ ...entry, message: `Failed ${workflowId}` }, 'text');
  expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(text).toContain(
    String.raw`jobId="job\u001b[2J\n2026-01-01T00:00:00.000Z ERROR forged\u009b\u202e" kind=export`,
  );
  expect(text).toContain('taskQueue="q jobId=other"');
  const json = logLine(entry, 'json');
  expect(json).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(JSON.parse(json)).toMatchObject({ jobId: workflowId });
});

it('with --log-format json each line of a worker is JSON, and one about a job names it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vault-jobs-warning-'));
  const warning = join(folder, 'warn-later.cjs');
  await writeFile(
    warning,
    "process.on('newListener', (name) => { if (name === 'warning') setImmediate(() => process.emitWarning('of\\nNode')); });",
  );
  const stage = await setTelemetryStage({
    env: { VAULT_JOBS_LOG_FORMAT: 'json', NODE_OPTIONS: `--require=${warning}` },
  });
  try {
    const worker = await stage.startWatchedWorker();
    const { jobId } = await stage.jobs.startExport(
      mailExport(stage.matterId, { source: { type: 'adopt', exportId: 'not-there' } }),
    );
    await expect(stage.jobs.result(jobId)).rejects.toThrow(/cannot be adopted/);
    const lines = () => worker.lines().map((line): Record<string, unknown> => JSON.parse(line));
    const about = await until('a line about the job', () => lines().find((line) => line.jobId === jobId));
    expect(about).toMatchObject({ level: 'WARN', kind: 'export', tenant: 'default' });
    expect(lines()).toContainEqual(expect.objectContaining({ level: 'WARN', message: 'Warning: of\nNode' }));
    await worker.stop();
    expect(lines()).toContainEqual(
      expect.objectContaining({ level: 'INFO', message: expect.stringMatching(/^Stopping/) }),
    );
  } finally {
    await stage.close();
    await rm(folder, { recursive: true });
  }
});
