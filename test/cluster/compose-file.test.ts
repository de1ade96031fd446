import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { whyNoGo } from '../support/go-programs';

const run = promisify(execFile);
const unavailable = whyNoGo();
if (unavailable !== undefined) console.warn(`Skipped: no compose loader, because ${unavailable}`);

const FILE = join(__dirname, '..', '..', 'docker-compose.yml');
const GIVEN = { POSTGRES_PASSWORD: 'chosen', VAULT_SUBJECT: 'a@example.com', VAULT_KEY_FILE: './key.json' };

interface Loaded {
  services: Record<string, { environment?: Record<string, string> }>;
}

let folder: string;
let loader: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'compose-loader-'));
  loader = join(folder, 'compose-loader');
  if (unavailable !== undefined) return;
  await run('go', ['build', '-o', loader, '.'], {
    cwd: join(__dirname, 'compose-loader'),
    env: { ...process.env, GOWORK: 'off', GOFLAGS: '-mod=readonly -buildvcs=false' },
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Compose's own loader: the schema, the interpolation, and what refers to what. */
async function load(env: NodeJS.ProcessEnv): Promise<Loaded> {
  const { PATH } = process.env;
  const { stdout } = await run(loader, [FILE], { env: { PATH, ...env } });
  return JSON.parse(stdout);
}

(unavailable === undefined ? describe : describe.skip)('docker-compose.yml', () => {
  it('is taken by Compose’s own loader, with what README says to give', async () => {
    const { services } = await load(GIVEN);
    expect(services.worker?.environment).toMatchObject({ VAULT_SUBJECT: 'a@example.com' });
  });

  it.each(Object.keys(GIVEN))('says that %s is needed where it alone is not given', async (name) => {
    const rest = Object.fromEntries(Object.entries(GIVEN).filter(([given]) => given !== name));
    await expect(load(rest)).rejects.toThrow(`required variable ${name} is missing`);
  });
});
