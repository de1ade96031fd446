import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SEARCH_ATTRIBUTES } from '../../src/domain/search-attributes';
import { findFreePort } from '../../src/embedded/free-port';
import { startTemporalServer } from '../../src/embedded/temporal-server';
import { newKeyText } from '../../src/encryption/key-ring';
import { startFakeVault, writeKeyFile } from '../../src/fake-vault';
import { Closing } from '../../src/stack/closing';
import { embeddedWorkerEnvironment } from '../../src/stack/worker-environment';
import { WorkerProcess } from '../../src/stack/worker-process';
import { buildImageHere } from '../support/dockerfile';
import type { BuiltImage } from '../support/dockerfile';
import { until } from '../support/until';

const run = promisify(execFile);
const closing = new Closing();
let folder: string;
let image: BuiltImage;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vault-jobs-image-'));
  await closing.add(() => rm(folder, { recursive: true, force: true }));
  image = await buildImageHere(folder);
}, 900_000);
afterAll(() => closing.close());

const inImage = (path: string) => join(image.workdir, path);

it('the image is on a pinned glibc base and runs as nobody special', () => {
  expect(image.bases).toEqual(image.bases.map(() => expect.stringMatching(/^node:20\.\d+-bookworm-slim$/)));
  expect(image.said.USER).toBe('node');
});

it('the image has both workflow bundles, and nothing that only building needs', () => {
  const there = ['dist/workflow-bundle.js', 'dist/workflow-bundle-encrypted.js', 'examples/export-mail.json'];
  const notThere = ['src', 'test', 'node_modules/typescript', 'node_modules/jest', 'node_modules/oxlint'];
  expect([...there, ...notThere].filter((path) => existsSync(inImage(path)))).toEqual(there);
});

it('its entry point explains the worker', async () => {
  const [program, ...args]: string[] = JSON.parse(image.said.ENTRYPOINT ?? '');
  const { stdout } = await run(program ?? '', [...args, 'worker', '--help'], { cwd: image.workdir });
  expect(stdout).toContain('Usage: vault-jobs worker');
});

it('a worker of it runs an encrypted job, and its health check says whether it lives', async () => {
  const temporal = await startTemporalServer({ searchAttributes: SEARCH_ATTRIBUTES });
  await closing.add(() => temporal.stop());
  const fake = await startFakeVault({ limits: 'off' });
  await closing.add(() => fake.close());
  const [keyFile, encryptionKeyFile] = [join(folder, 'key.json'), join(folder, 'encryption-key')];
  await writeKeyFile(keyFile, fake.serviceAccountKey);
  await writeFile(encryptionKeyFile, newKeyText());
  const { rootUrl, subject } = fake;
  const metrics = `127.0.0.1:${await findFreePort()}`;
  const env = {
    ...(await embeddedWorkerEnvironment(folder, temporal, {
      vault: { rootUrl, keyFile, subject },
      ledgerUrl: join(folder, 'ledger.db'),
      encryptionKeys: `first=${encryptionKeyFile}`,
    })),
    VAULT_JOBS_METRICS: metrics,
  };
  // Without a shell.
  const [, check = ''] = /CMD (\[.*\])$/.exec(image.said.HEALTHCHECK ?? '') ?? [];
  expect(check).toContain(image.env.VAULT_JOBS_METRICS);
  const [node = '', ...checkArgs]: string[] = JSON.parse(check.replace('127.0.0.1:9464', metrics));
  const isHealthy = () =>
    run(node, checkArgs).then(
      () => true,
      () => false,
    );

  const cli = inImage('dist/src/cli/main.js');
  const worker = await WorkerProcess.start(env, undefined, cli);
  await closing.add(() => worker.stop());
  await until('the health check to pass', isHealthy);
  const search = ['--corpus', 'MAIL', '--accounts', 'a@example.com'];
  const count = ['count', 'start', '--matter', fake.seedMatter().matterId, ...search, '--wait', '--json'];
  const { stdout } = await run(process.execPath, [cli, ...count], { env });
  expect(JSON.parse(stdout)).toMatchObject({ outcome: 'COMPLETED' });
  await worker.stop();
  expect(await isHealthy()).toBe(false);
});
