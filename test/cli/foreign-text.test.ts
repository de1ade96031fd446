import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { untilPolled, untilRecord } from '../support/remote';
import { mailExport, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';
import { runCli } from './cli-process';
import type { CliResult } from './cli-process';

/** Sets a title, rings, colours, clears, forges a line, turns the writing round, and hides. */
const HOSTILE =
  'x\u001B]0;owned\u0007\u001B[31m\r\n2026-01-01 forged\u0085\u009B2J\u202E\u2066\u200B\uFEFF\u2028\u{E0041}y';
const ACTS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const FORGED = /^\s*2026-01-01 forged/m;

let stage: Stage;
let folder: string;
const jobId = `job-${HOSTILE}`;

beforeAll(async () => {
  stage = await setStage();
  stage.fake.script({ match: {}, behaviour: { end: 'never' } });
  folder = await mkdtemp(join(tmpdir(), 'vault-jobs-hostile-'));
  await stage.temporal.workflow.start('vaultExport', {
    workflowId: jobId,
    taskQueue: stage.taskQueue,
    args: [mailExport(stage, 'hostile')],
  });
  const handle = stage.temporal.workflow.getHandle(jobId);
  await untilPolled(stage, jobId);
  await handle.signal('cancel', { reason: HOSTILE, requestedBy: HOSTILE, requestId: HOSTILE });
  await untilRecord(stage, jobId, 'NOT_CANCELLABLE', ({ state }) => state === 'NOT_CANCELLABLE');
  await until('the list to show it', async () =>
    (await stage.jobs.list({ query })).some((job) => job.jobId === jobId),
  );
}, 60_000);
afterAll(async () => {
  await stage?.temporal.workflow.getHandle(jobId).terminate('test');
  await stage?.close();
  await rm(folder, { recursive: true, force: true });
});

const query = "VaultState = 'NOT_CANCELLABLE' AND VaultTenant = 'default' AND WorkflowId STARTS_WITH 'job-x'";

function run(...args: string[]): Promise<CliResult> {
  return runCli(args, {
    TEMPORAL_ADDRESS: process.env.TEST_TEMPORAL_ADDRESS,
    VAULT_JOBS_TASK_QUEUE: stage.taskQueue,
    VAULT_JOBS_LEDGER: stage.ledgerFile,
  });
}

function expectHarmless({ stdout, stderr }: CliResult): void {
  const printed = stdout + stderr;
  const acting = printed.replaceAll('\n', '').match(ACTS);
  expect(acting && `U+${acting[0].codePointAt(0)?.toString(16)} in ${JSON.stringify(printed)}`).toBe(null);
  expect(printed).not.toMatch(FORGED);
}

it.each([
  ['status', () => run('status', jobId)],
  ['list', () => run('list', '--query', query)],
  ['history', () => run('history', jobId)],
  ['cancel', () => run('cancel', jobId, '--reason', HOSTILE, '--by', HOSTILE)],
  ['cancel of many', () => run('cancel', '--query', query, '--reason', HOSTILE, '--yes')],
])('%s prints what somebody else wrote so that it can be seen', async (_name, command) => {
  const result = await command();
  expect(result.exitCode).toBe(0);
  expectHarmless(result);
  expect(result.stdout + result.stderr).toContain(String.raw`x\u001b]0;owned\u0007\u001b[31m\r\n2026-01-01`);
});

it.each([
  ['status', () => run('status', jobId, '--json')],
  ['list', () => run('list', '--query', query, '--json')],
  ['history', () => run('history', jobId, '--json')],
  ['cancel', () => run('cancel', jobId, '--reason', HOSTILE, '--json')],
  ['cancel of many', () => run('cancel', '--query', query, '--reason', HOSTILE, '--yes', '--json')],
])('%s --json is exact, and acts on no terminal', async (_name, command) => {
  const result = await command();
  expect(result.exitCode).toBe(0);
  expectHarmless(result);
  const texts: unknown[] = [];
  JSON.parse(result.stdout, (_key, value: unknown) => texts.push(value) && value);
  expect(texts).toContain(_name === 'history' ? HOSTILE : jobId);
});

it('a wait shows progress harmlessly', async () => {
  const { jobId: short } = await stage.jobs.startCount({
    matterId: stage.matterId,
    query: { corpus: 'MAIL', dataScope: 'ALL_DATA', method: 'ENTIRE_ORG' },
  });
  const handle = stage.temporal.workflow.getHandle(short);
  await handle.signal('blocked', {
    on: 'vault',
    during: 'elsewhere',
    since: new Date().toISOString(),
    detail: HOSTILE,
  });
  const result = await run('cancel', short, '--reason', HOSTILE, '--wait');
  expectHarmless(result);
  expect(result.stderr).toContain('The request is recorded');
});

it.each([
  ['an unknown job', ['status', `none-${HOSTILE}`], 2],
  ['a job without evidence', ['history', `none-${HOSTILE}`], 2],
  ['an unknown column, in the server’s words', ['list', '--query', `\`${HOSTILE}\` = 1`], 2],
  ['an unknown option', ['status', `--${HOSTILE}`], 2],
  ['an unknown command', [HOSTILE], 2],
  ['an operation', ['link', 'job', `operations/${HOSTILE}`], 2],
  ['an address', ['status', 'job', '--address', HOSTILE], 2],
  ['a tenant', ['export', 'start', '--tenant', HOSTILE], 2],
  ['a file', ['export', 'start', '--file', HOSTILE], 2],
  ['a configuration', ['list', '--config', HOSTILE], 2],
  ['a ledger', ['history', 'job', '--ledger', `postgres://${HOSTILE}`], 2],
  ['a policy', ['policies', 'report', HOSTILE], 2],
])('%s that is hostile is told of in one harmless sentence', async (_what, args, exitCode) => {
  const result = await run(...args);
  expectHarmless(result);
  expect({ exitCode: result.exitCode, stdout: result.stdout }).toEqual({ exitCode, stdout: '' });
  expect(result.stderr.trim()).not.toBe('');
});

it('a configuration’s and a policies file’s own words are shown, not obeyed', async () => {
  const file = join(folder, 'hostile.yaml');
  await writeFile(file, `${JSON.stringify(HOSTILE)}: 1\npolicies: [{ ${JSON.stringify(HOSTILE)}: 1 }]\n`);
  for (const args of [
    ['list', '--config', file],
    ['policies', 'apply', file],
  ]) {
    const result = await run(...args);
    expectHarmless(result);
    expect(result.exitCode).toBe(2);
  }
});

it('nothing in the command writes to a terminal past the one place that does', () => {
  const writes = execFileSync(
    'git',
    ['grep', '-lE', String.raw`std(out|err)\.write|stream\.write\(|console\.`, '--', 'src/cli', 'src/demo'],
    { cwd: join(__dirname, '..', '..'), encoding: 'utf8' },
  );
  expect(writes.trim().split('\n')).toEqual(['src/cli/output.ts', 'src/demo/live-view.ts']);
});
