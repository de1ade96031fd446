import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fits } from '../../src/domain/policy-standing';
import { runCli } from '../cli/cli-process';

const folder = mkdtempSync(join(tmpdir(), 'vault-jobs-files-'));
const at = (name: string) => join(folder, name);

mkdirSync(at('folder'));
execFileSync('mkfifo', [at('fifo')]);
writeFileSync(at('large'), '');
truncateSync(at('large'), 100_000_000);
writeFileSync(at('utf16'), Buffer.from('\uFEFFtaskQueue: a', 'utf16le'));
writeFileSync(at('latin1'), Buffer.from('taskQueue: Müller', 'latin1'));
writeFileSync(at('nul'), 'taskQueue: a\0b');

afterAll(() => rmSync(folder, { recursive: true }));

const FAULTS: readonly [file: string, said: string][] = [
  ['missing', 'does not exist'],
  ['folder', 'is a folder'],
  ['fifo', 'is no ordinary file'],
  ['large', 'is larger than'],
  ['utf16', 'is not text in UTF-8'],
  ['latin1', 'is not text in UTF-8'],
  ['nul', 'is not text in UTF-8'],
];

/** Every place where a person names a file. */
const PLACES: readonly [
  place: string,
  args: (file: string) => string[],
  env: (file: string) => NodeJS.ProcessEnv,
][] = [
  ['--config', (file) => ['list', '--config', file], () => ({})],
  ['VAULT_JOBS_CONFIG', () => ['list'], (file) => ({ VAULT_JOBS_CONFIG: file })],
  ['TEMPORAL_CONFIG_FILE', () => ['list'], (file) => ({ TEMPORAL_CONFIG_FILE: file })],
  ['--file of an export', (file) => ['export', 'start', '--file', file], () => ({})],
  ['--file of a count', (file) => ['count', 'start', '--file', file], () => ({})],
  ['a policies file', (file) => ['policies', 'apply', file], () => ({})],
  ['an encryption key', () => ['list'], (file) => ({ VAULT_JOBS_ENCRYPTION_KEYS: `a=${file}` })],
  [
    'a service account’s key',
    () => ['worker', '--ledger', ':memory:'],
    (file) => ({ VAULT_KEY_FILE: file, VAULT_SUBJECT: 'a@example.com' }),
  ],
];

it.each(
  PLACES.flatMap(([place, args, env]) =>
    FAULTS.map(([file, said]) => [place, file, said, args, env] as const),
  ),
)('%s that is %s: one sentence, exit 2', async (_place, file, said, args, env) => {
  const { exitCode, stdout, stderr } = await runCli(args(at(file)), {
    // A process that held such a file would not get far.
    NODE_OPTIONS: '--max-old-space-size=100',
    ...env(at(file)),
  });
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toMatch(/^vault-jobs: [^\n]+\n$/);
  expect(stderr).toContain(said);
});

const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
for (let i = 1; i < 12; i++)
  bomb.push(
    `a${i}: &a${i} [${Array(9)
      .fill(`*a${i - 1}`)
      .join(', ')}]`,
  );

it.each([
  ['an alias bomb', bomb.join('\n'), /aliases cannot be resolved/],
  ['brackets without end', '['.repeat(240_000), /is nested more than|is not YAML/],
  ['closed brackets, deep', `a: ${'['.repeat(300)}${']'.repeat(300)}`, /is nested more than 50 deep/],
  [
    'many thousands of keys',
    Array.from({ length: 24_000 }, (_, i) => `k${i}: 1`).join('\n'),
    /does not know k0|is no setting/,
  ],
  ['many thousands of faults', '}\n'.repeat(100_000), /is not YAML/],
])('a configuration and a policies file of %s: one sentence, exit 2', async (_what, text, said) => {
  writeFileSync(at('bad.yaml'), text);
  for (const args of [
    ['list', '--config', at('bad.yaml')],
    ['policies', 'apply', at('bad.yaml')],
  ]) {
    const { exitCode, stderr } = await runCli(args, { NODE_OPTIONS: '--max-old-space-size=300' });
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(said) });
    expect(stderr).toMatch(/^vault-jobs: [^\n]+\n$/);
    expect(stderr.length).toBeLessThan(11_000);
  }
});

it('a request that is nested without end is refused', async () => {
  writeFileSync(at('deep.json'), `{"query":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`);
  const { exitCode, stderr } = await runCli(['export', 'start', '--file', at('deep.json')]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining('nested more than') });
});

it('a byte order mark is no part of a file', async () => {
  writeFileSync(at('bom.json'), '\uFEFF{"name":"a"}');
  const { stderr } = await runCli(['export', 'start', '--file', at('bom.json')]);
  expect(stderr).toMatch(/^vault-jobs: Missing: --matter/);
});

it('no glob of a policy can be made slow', () => {
  // A matcher that tries each way to divide the name among the stars would not come back from the first.
  const name = `${'a'.repeat(10_000)}b`;
  expect(fits('*a'.repeat(499), name)).toBe(false);
  expect(fits(`${'*a'.repeat(400)}*b`, name)).toBe(true);
  expect(fits(`${'*aa'.repeat(300)}*c*`, name)).toBe(false);
  expect(fits('*'.repeat(1000), name)).toBe(true);
});
