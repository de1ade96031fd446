import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { CancelRequest } from '../../src/domain/cancel-request';
import { findTemporal } from '../../src/embedded/temporal-binary';
import { cached } from '../support/cached';
import { untilPolled } from '../support/remote';
import { mailExport, setStage } from '../support/stage';
import type { Stage } from '../support/stage';

const run = promisify(execFile);

/** The first run fetches a package. */
const TIMEOUT_MS = 300_000;
/** The SDK that the README's snippet was tried with. */
const TEMPORALIO_PYTHON = '1.35.0';

const readme = readFileSync(join(__dirname, '..', '..', 'README.md'), 'utf8');
const section = /### From anywhere\n(.*?)\n## /s.exec(readme)?.[1] ?? '';
const blocks = (language: string) =>
  [...section.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, block]) => block!);
const commands = blocks('sh').flatMap((block) => block.trim().split('\n'));
const python = blocks('python')[0] ?? '';

/** With every command that the README names there, and nothing put before what it shows. */
const shown = (...words: string[]) => {
  const found = commands.filter((command) => words.every((word) => command.includes(word)));
  if (found.length !== 1)
    throw new Error(`The README shows ${found.length} commands with ${words.join(' ')}`);
  return found[0]!;
};

const REQUEST = {
  reason: 'too broad',
  requestedBy: 'case-system',
  requestId: 'case-4711',
  source: 'signal',
} as const;

let stage: Stage;
let bin: string;
let jobs = 0;

beforeAll(async () => {
  stage = await setStage({ fake: { linkMode: 'linked', durations: { cancelMs: 0 } } });
  stage.fake.script({ match: {}, behaviour: { end: 'never' } });
  bin = mkdtempSync(join(tmpdir(), 'vault-jobs-bin-'));
  symlinkSync(await findTemporal(), join(bin, 'temporal'));
});
afterAll(async () => {
  rmSync(bin, { recursive: true });
  await stage?.close();
});

async function runningJob(): Promise<string> {
  const { jobId } = await stage.jobs.startExport(mailExport(stage, `asked-${(jobs += 1)}`));
  await untilPolled(stage, jobId);
  return jobId;
}

async function runAsShown(command: string, jobId: string): Promise<string> {
  return (await run('sh', ['-c', command], { env: environment(jobId) })).stdout;
}

function environment(jobId: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    JOB: jobId,
    TEMPORAL_ADDRESS: process.env.TEST_TEMPORAL_ADDRESS,
    TEMPORAL_HTTP: process.env.TEST_TEMPORAL_HTTP,
  };
}

async function expectCancelled(jobId: string, request: Partial<CancelRequest>): Promise<void> {
  expect(await stage.jobs.result(jobId)).toMatchObject({
    outcome: 'CANCELLED',
    cancel: { disposition: 'ACCEPTED', requests: [request] },
  });
}

function withoutCurl(): boolean {
  if (spawnSync('curl', ['--version']).status === 0) return false;
  process.stderr.write('contract tests: skipped, there is no curl here\n');
  return true;
}

it('the README shows seven commands and one program', () => {
  expect(commands).toHaveLength(7);
  expect(python).toContain('temporalio');
});

it('`temporal workflow signal` cancels a job, for the reason it gives', async () => {
  const jobId = await runningJob();
  await runAsShown(shown('temporal workflow signal'), jobId);
  await expectCancelled(jobId, REQUEST);
  const result = await runAsShown(shown('temporal workflow result'), jobId);
  expect(result).toContain('CANCELLED');
});

it('`temporal workflow query` shows where it stands, and `temporal workflow cancel` cancels it', async () => {
  const jobId = await runningJob();
  expect(await runAsShown(shown('temporal workflow query'), jobId)).toContain('"state":"RUNNING"');
  await runAsShown(shown('temporal workflow cancel'), jobId);
  await expectCancelled(jobId, { source: 'native' });
});

it('a `curl` line cancels a job by the signal', async () => {
  if (withoutCurl()) return;
  const jobId = await runningJob();
  expect(JSON.parse(await runAsShown(shown('curl', '/query/status'), jobId))).toMatchObject({
    queryResult: [{ jobId, state: 'RUNNING' }],
  });
  expect(await runAsShown(shown('curl', '/signal/cancel'), jobId)).toBe('{}');
  await expectCancelled(jobId, REQUEST);
});

it('a `curl` line cancels a job by Temporal’s own cancellation', async () => {
  if (withoutCurl()) return;
  const jobId = await runningJob();
  expect(await runAsShown(shown('curl', '$JOB/cancel"'), jobId)).toBe('{}');
  await expectCancelled(jobId, { source: 'native' });
});

it(
  'the Python program cancels a job and prints what was proven',
  async () => {
    const interpreter = await pythonWithTemporal();
    if (interpreter === undefined) return;
    const jobId = await runningJob();
    const { stdout } = await run(interpreter, ['-c', python], { env: environment(jobId) });
    expect(stdout).toBe('CANCELLED ACCEPTED\n');
    await expectCancelled(jobId, REQUEST);
    const late = await run(interpreter, ['-c', python], { env: environment(jobId) });
    expect(late.stdout).toBe('There is no such job, or it has ended\nCANCELLED ACCEPTED\n');
  },
  TIMEOUT_MS,
);

async function pythonWithTemporal(): Promise<string | undefined> {
  try {
    const { stdout } = await run('python3', ['--version']);
    const version = stdout.trim().replace(' ', '-').toLowerCase();
    const home = await cached(`temporalio-${TEMPORALIO_PYTHON}-${version}`, async (target) => {
      process.stderr.write('contract tests: installing Temporal’s Python SDK once\n');
      await run('python3', ['-m', 'venv', target]);
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
      await run(join(target, 'bin/python'), [...pip, `temporalio==${TEMPORALIO_PYTHON}`]);
    });
    return join(home, 'bin/python');
  } catch (error) {
    const why = String(error).trim().split('\n').slice(0, 3).join(' | ');
    process.stderr.write(`contract tests: skipped Python: ${why}\n`);
    return undefined;
  }
}
