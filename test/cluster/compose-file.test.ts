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
interface Loaded {
  services: Record<string, { environment?: Record<string, string> }>;
  secrets: Record<string, { file?: string }>;
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
async function load(env: NodeJS.ProcessEnv, profile: string): Promise<Loaded> {
  const { PATH } = process.env;
  const { stdout } = await run(loader, [FILE, profile], { env: { PATH, ...env } });
  return JSON.parse(stdout);
}

const SERVERS = [
  'codec-server',
  'postgres-roles',
  'postgresql',
  'temporal',
  'temporal-namespace',
  'temporal-schema',
  'temporal-ui',
];

(unavailable === undefined ? describe : describe.skip)('docker-compose.yml', () => {
  it.each([
    ['', []],
    ['demo', ['demo-vault', 'demo-worker']],
    ['vault', ['ledger-grants', 'ledger-schema', 'worker']],
    ['monitoring', ['grafana', 'prometheus']],
  ])('is taken by Compose’s own loader with profile "%s" and no variable given', async (profile, added) => {
    const { services } = await load({}, profile);
    expect(Object.keys(services).toSorted()).toEqual([...SERVERS, ...added].toSorted());
  });

  it('a worker gets the Vault user and the key that were given', async () => {
    const given = { VAULT_SUBJECT: 'a@example.com', VAULT_KEY_FILE: '/elsewhere/key.json' };
    const { services, secrets } = await load(given, 'vault');
    expect(services.worker?.environment).toMatchObject({ VAULT_SUBJECT: 'a@example.com' });
    expect(secrets['vault-key']).toMatchObject({ file: '/elsewhere/key.json' });
  });
});
