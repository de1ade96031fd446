import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program';
import { runCli, startCli } from './cli-process';

const folder = mkdtempSync(join(tmpdir(), 'vault-jobs-cli-'));
const ledger = { VAULT_JOBS_LEDGER: join(folder, 'ledger.db') };
const MAIL = ['--matter', 'm1', '--name', 'n', '--corpus', 'mail', '--accounts', 'ann@example.com'];

function everyCommand(command: Command, path: string[] = []): [string[], Command][] {
  return command.commands.flatMap((child): [string[], Command][] => {
    const childPath = [...path, child.name()];
    return [[childPath, child], ...everyCommand(child, childPath)];
  });
}

const COMMANDS = everyCommand(createProgram());
const FLAG = /(?<![\w-])--[a-z][a-z-]+/g;

describe('help', () => {
  it('lists every command', () => {
    expect(COMMANDS.map(([path]) => path.join(' ')).toSorted()).toEqual([
      'abandon',
      'cancel',
      'codec-server',
      'count',
      'count start',
      'demo',
      'dev',
      'doctor',
      'export',
      'export adopt',
      'export start',
      'fake-vault',
      'history',
      'keys',
      'keys new',
      'ledger',
      'ledger migrate',
      'link',
      'list',
      'operation',
      'operation watch',
      'orphans',
      'policies',
      'policies apply',
      'policies delete',
      'policies list',
      'policies pause',
      'policies preview',
      'policies report',
      'policies resume',
      'policies run',
      'status',
      'worker',
    ]);
  });

  it.each(COMMANDS)('of %j answers, and its own examples use flags that exist', async (path, command) => {
    let text = '';
    const writeOut = (part: string) => (text += part);
    command.exitOverride().configureOutput({ writeOut, writeErr: () => undefined });
    await expect(command.parseAsync(['--nonsense'], { from: 'user' })).rejects.toThrow(/unknown option/);
    command.outputHelp();
    expect(text).toContain(`vault-jobs ${path.join(' ')}`);
    const known = new Set(['--help', ...command.options.map(({ long }) => long)]);
    const examples = text.split('\n').filter((line) => /^ {2}\$ .*vault-jobs|^ {6}--/.test(line));
    for (const [flag] of examples.join('\n').matchAll(FLAG)) expect(known).toContain(flag);
  });

  it('is printed by the built command, with exit 0', async () => {
    const { exitCode, stdout, stderr } = await runCli(['export', 'start', '--help']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('Examples:');
  });
});

describe('bad usage', () => {
  const malformed = join(folder, 'malformed.json');
  writeFileSync(malformed, '{"name": "secret plan",');
  const unknownField = join(folder, 'unknown.json');
  writeFileSync(unknownField, '{"name": "n", "priority": 1}');
  const notAKey = join(folder, 'key.json');
  writeFileSync(notAKey, '{}');

  it.each([
    ['an unknown flag', ['list', '--nonsense'], /unknown option '--nonsense'/],
    ['no command', ['nonsense'], /unknown command/],
    ['a missing file', ['export', 'start', '--file', '/missing'], /--file: the file does not exist/],
    ['a malformed file', ['export', 'start', '--file', malformed], /--file: the file is not valid JSON/],
    ['an unknown field', ['export', 'start', '--file', unknownField], /does not know priority/],
    ['a bad name', ['export', 'start', ...MAIL, '--name', 'a:b'], /--name: must not contain/],
    ['a bad duration', ['export', 'start', ...MAIL, '--deadline', 'soon'], /--deadline: must be a duration/],
    ['a bad operation', ['operation', 'watch', 'abc'], /the operation: must be an operation name/],
    ['a bad link', ['link', 'job', 'abc'], /the operation: must be an operation name/],
    ['a bad address', ['list', '--address', 'http://x'], /--address: must be host:port/],
    [
      'an unwritable ledger',
      ['export', 'start', ...MAIL, '--ledger', '/etc/hosts/l.db'],
      /The ledger cannot be/,
    ],
    ['unknown evidence', ['history', 'nobody'], /This ledger holds nothing/],
    ['a key without a user', ['worker', '--key-file', notAKey], /VAULT_SUBJECT: is missing/],
    [
      'a missing key',
      ['worker', '--key-file', '/missing', '--subject', 'ann@example.com'],
      /--key-file: the credential of tenant default: the service account key file does not exist/,
    ],
    [
      'a bad key',
      ['worker', '--key-file', notAKey, '--subject', 'ann@example.com'],
      /--key-file: the credential of tenant default: the service account key lacks/,
    ],
    [
      'a bad tenant',
      ['operation', 'watch', 'operations/x', '--tenant', 'A B'],
      /--tenant: must be lower-case/,
    ],
    [
      'a missing configuration',
      ['list', '--config', '/missing'],
      /--config: names a file that does not exist/,
    ],
  ])('such as %s gives one sentence and exit 2', async (_what, args, sentence) => {
    const { exitCode, stdout, stderr } = await runCli(args, ledger);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).not.toMatch(/secret|ann@example/);
  });
});

describe('a Temporal server that does not answer', () => {
  it.each([
    ['list', ['list']],
    ['status', ['status', 'job']],
    ['cancel', ['cancel', 'job', '--wait', '--json']],
    ['export start', ['export', 'start', ...MAIL]],
  ])('gives %s exit 4 and advice', async (_what, args) => {
    const { exitCode, stdout, stderr } = await runCli(args, ledger);
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' });
    expect(stderr).toMatch(
      /^vault-jobs: Temporal does not answer at 127\.0\.0\.1:1: "vault-jobs dev" starts one/,
    );
  });

  it('is reported beside a ledger that cannot be opened where the ledger is not needed', async () => {
    const { exitCode, stderr } = await runCli(['status', 'job', '--ledger', '/etc/hosts/l.db']);
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/The ledger cannot be opened .*Going on without it/);
  });
});

it('a worker gives up a server that takes its connection and says nothing', async () => {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const keyFile = join(folder, 'own-key.json');
  writeFileSync(keyFile, JSON.stringify({ client_email: 'a@example.com', private_key: privateKey }));
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const startedAt = Date.now();
  const { exitCode, stderr } = await runCli(
    ['worker', '--key-file', keyFile, '--subject', 'ann@example.com', '--address', `127.0.0.1:${port}`],
    ledger,
  );
  silent.close();
  expect(exitCode).toBe(4);
  expect(stderr).toMatch(/^vault-jobs: Temporal does not answer at/);
  expect(Date.now() - startedAt).toBeLessThan(20_000);
});

it('the fake Vault prints one line of JSON, writes its key and stops at SIGTERM', async () => {
  const keyFile = join(folder, 'fake-key.json');
  const child = startCli(['fake-vault', '--key-file', keyFile]);
  const [line]: string[] = await once(createInterface({ input: child.stdout }), 'line');
  const told: Record<string, unknown> = JSON.parse(line ?? '');
  expect(told).toMatchObject({
    rootUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    keyFile,
    subject: 'vault-admin@example.com',
  });
  expect(JSON.parse(readFileSync(keyFile, 'utf8'))).toMatchObject({ token_uri: told.tokenUrl });
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
