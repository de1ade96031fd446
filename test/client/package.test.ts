import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(__dirname, '..', '..');

/** Every file that loading the module loads, as a fresh process sees it. */
async function loadedBy(entry: string): Promise<string[]> {
  const script = `require(${JSON.stringify(entry)}); console.log(JSON.stringify(Object.keys(require.cache)))`;
  const { stdout } = await run(process.execPath, ['-e', script], { cwd: root });
  const files: string[] = JSON.parse(stdout);
  return files.map((file) => relative(root, file));
}

const packagesOf = (files: string[]) =>
  new Set(files.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []));

it('loading the client loads no worker, no activity, no Vault client and no database driver', async () => {
  const files = await loadedBy('vault-jobs/client');
  expect(files).toContain('dist/src/client/index.js');
  const own = files.filter((file) => file.startsWith('dist/'));
  expect(
    own.filter((file) => !/^dist\/src\/(client|domain|encryption|ledger\/ledger-error)\b/.test(file)),
  ).toEqual([]);
  const packages = packagesOf(files);
  expect(packages).toContain('@temporalio/client');
  const heavy = [
    '@temporalio/worker',
    '@temporalio/core-bridge',
    '@temporalio/activity',
    '@temporalio/workflow',
  ];
  const drivers = ['libsql', 'kysely', 'pg', 'google-auth-library', 'commander', 'fastify'];
  expect([...heavy, ...drivers].filter((name) => packages.has(name))).toEqual([]);
  expect(files.filter((file) => file.endsWith('.node'))).toEqual([]);
});

it('the ledger, and with it a driver, is loaded by whoever asks for it', async () => {
  const files = await loadedBy('vault-jobs/ledger');
  expect(packagesOf(files)).toContain('kysely');
  expect(packagesOf(files)).not.toContain('@temporalio/worker');
});

it('another program’s TypeScript sees the client’s types through the package’s exports', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vault-jobs-consumer-'));
  try {
    await cp(join(__dirname, 'consumer'), folder, { recursive: true });
    await mkdir(join(folder, 'node_modules', '@temporalio'), { recursive: true });
    await symlink(root, join(folder, 'node_modules', 'vault-jobs'));
    const temporal = join('node_modules', '@temporalio', 'client');
    await symlink(join(root, temporal), join(folder, temporal));
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', type: 'module' }));
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2023',
      strict: true,
      skipLibCheck: true,
      noEmit: true,
      types: [],
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
    const tsc = join(root, 'node_modules', '.bin', 'tsc');
    const { stdout } = await run(tsc, ['-p', folder]).catch((error: { stdout: string }) => error);
    expect(stdout).toBe('');
  } finally {
    await rm(folder, { recursive: true });
  }
});
