import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from './cli-process';
import { setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { oldExport, untilListed, policy } from '../policies/policy-stage';
import { until } from '../support/until';

/** Each command is a process of its own, and a machine may be busy. */
jest.setTimeout(5 * 60_000);

const folder = mkdtempSync(join(tmpdir(), 'vault-jobs-policies-'));
const file = join(folder, 'policies.yaml');
let stage: Stage;

beforeAll(async () => {
  stage = await setStage({ fake: { linkMode: 'linked' } });
});
afterAll(async () => {
  writeFileSync(file, 'policies: []\n');
  await policies('apply', file);
  await stage?.close();
});

async function policies(...args: string[]) {
  return runCli(['policies', ...args, '--task-queue', stage.taskQueue], {
    TEMPORAL_ADDRESS: process.env.TEST_TEMPORAL_ADDRESS,
  });
}

/** What a command answers with --json. */
async function answerOf(...args: string[]): Promise<unknown> {
  const { stdout, stderr } = await policies(...args, '--json');
  if (stdout === '') throw new Error(`policies ${args.join(' ')} said: ${stderr}`);
  return JSON.parse(stdout);
}

const FILE = `policies:
  - name: cli
    every: 365d
    match: { kind: export, tenant: cli }
    olderThan: 6h
    action: cancel
    waitFor: 20s
    except: { names: ['legal-hold-*'] }
`;

it('a file is previewed, applied, run, reported, paused, resumed and deleted from the command line', async () => {
  writeFileSync(file, FILE);
  const stale = await oldExport(stage, 'cli', { behaviour: { cancel: { kind: 'honoured', afterMs: 0 } } });
  const held = await oldExport(stage, 'cli', { name: 'legal-hold-a' });
  await untilListed(stage, policy('cli'), 2);

  const preview = await policies('preview', file);
  expect(preview).toMatchObject({ exitCode: 0, stderr: '' });
  expect(preview.stdout).toMatch(
    /^cli {2}cancel up to 5 older than 6h, every 365d\n2 job\(s\) matched, 1 stale\n/,
  );
  expect(preview.stdout).toMatch(new RegExp(`${stale.jobId} .*stale; would be asked to cancel`));
  expect(preview.stdout).toMatch(new RegExp(`${held.jobId} .*excluded by except.names`));

  const dry = await answerOf('apply', file, '--dry-run');
  expect(dry).toEqual([{ name: 'cli', change: 'created', paused: false }]);
  expect(await answerOf('apply', file)).toEqual(dry);
  expect((await policies('apply', file)).stdout).toMatch(/cli +unchanged +every 365d +cancel up to 5/);
  await until('it to be listed', async () => {
    const listed = await answerOf('list');
    return Array.isArray(listed) && listed.length === 1;
  });
  expect(await answerOf('preview', 'cli')).toMatchObject([{ stale: 1, asked: 0 }]);

  const paused = await policies('pause', 'cli', '--reason', 'audit');
  expect(paused.stdout).toBe('Policy cli is paused\n');
  expect((await policies('list')).stdout).toMatch(/paused by \S*: audit/);
  const refused = await policies('run', 'cli');
  expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
  expect(refused.stderr).toMatch(/Policy cli is paused: resume it/);
  expect((await policies('resume', 'cli')).exitCode).toBe(0);

  const run = await policies('run', 'cli');
  expect(run.exitCode).toBe(0);
  expect(run.stdout).toMatch(/^2 job\(s\) matched, 1 stale, 1 asked to cancel\n/);
  expect(run.stdout).toMatch(new RegExp(`${stale.jobId} .*CANCELLED`));
  expect(run.stderr).toMatch(/Running cli; Ctrl-C leaves it running/);
  const runs = await until('the run to be listed', async () => {
    const listed = await answerOf('report', 'cli');
    return Array.isArray(listed) && listed.length === 1 && listed;
  });
  expect(runs).toMatchObject([{ state: 'REPORTED', report: { policy: 'cli', asked: 1 } }]);

  expect((await policies('delete', 'cli')).stdout).toBe('Policy cli is deleted\n');
  expect(await policies('report', 'cli')).toMatchObject({ exitCode: 2, stdout: '' });
});

it('a run over the cap says so and exits with 3', async () => {
  writeFileSync(file, FILE.replaceAll('cli', 'cap').replace('waitFor: 20s', 'maxCancels: 1'));
  for (let i = 0; i < 2; i++) await oldExport(stage, 'cap');
  await untilListed(stage, policy('cap'), 2);
  await policies('apply', file);
  const { exitCode, stdout } = await policies('run', 'cap');
  expect(exitCode).toBe(3);
  expect(stdout).toMatch(/More are stale than the 1 that one run may cancel, so none is asked/);
});

it.each([
  ['a missing file', ['apply', '/missing.yaml'], /The policies file does not exist/],
  ['a missing file', ['preview', './missing'], /The policies file does not exist/],
  ['a pause without a reason', ['pause', 'x'], /Missing: --reason/],
  ['an unknown policy', ['run', 'nobody'], /There is no policy nobody: see the names with/],
])('%s gives one sentence and exit 2', async (_what, args, sentence) => {
  const { exitCode, stdout, stderr } = await policies(...args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toMatch(sentence);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});
