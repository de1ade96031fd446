import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cached } from '../support/cached';

const run = promisify(execFile);

const CLIENTS = join(__dirname, 'clients');

/** Google's client, ready to be called with the arguments of its program; or why it cannot be had here. */
export type BuiltClient =
  | { readonly ok: true; readonly command: string; readonly args: readonly string[] }
  | { readonly ok: false; readonly reason: string };

/** A virtual environment with Google's Python client at pinned versions. */
export async function pythonClient(): Promise<BuiltClient> {
  const folder = join(CLIENTS, 'python');
  const requirements = join(folder, 'requirements.txt');
  const version = /google-api-python-client==(\S+)/.exec(readFileSync(requirements, 'utf8'))?.[1];
  return attempt(async () => {
    const { stdout } = await run('python3', ['--version']);
    const python = stdout.trim().replace(' ', '-').toLowerCase();
    const home = await cached(
      `python-client-${version}-${python}-${digest([requirements])}`,
      async (target) => {
        announce('installing Google’s Python client once (about 20 seconds)');
        await run('python3', ['-m', 'venv', target]);
        const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements];
        await run(join(target, 'bin/python'), pip);
      },
    );
    return { ok: true, command: join(home, 'bin/python'), args: [join(folder, 'drive_vault.py')] };
  });
}

/** A program built with Google's Go client. */
export async function goClient(): Promise<BuiltClient> {
  const folder = join(CLIENTS, 'go');
  const sources = ['go.mod', 'go.sum', 'main.go'].map((file) => join(folder, file));
  return attempt(async () => {
    // `local`: a missing version of Go is a reason to skip, not to fetch another one.
    const env = {
      ...process.env,
      GOTOOLCHAIN: 'local',
      GOWORK: 'off',
      GOFLAGS: '-mod=readonly -buildvcs=false',
    };
    const { stdout } = await run('go', ['env', 'GOVERSION'], { cwd: folder, env });
    const home = await cached(`go-client-${stdout.trim()}-${digest(sources)}`, async (target) => {
      announce('building with Google’s Go client once: it brings gRPC along (about 30 seconds)');
      await mkdir(target, { recursive: true });
      await run('go', ['build', '-o', join(target, 'vaultclient'), '.'], { cwd: folder, env });
    });
    return { ok: true, command: join(home, 'vaultclient'), args: [] };
  });
}

/** Where these tests must not be skipped, a machine says so. */
async function attempt(build: () => Promise<BuiltClient>): Promise<BuiltClient> {
  try {
    return await build();
  } catch (error) {
    if (process.env['REQUIRE_GOOGLE_CLIENTS'] === '1') throw error;
    const text = error instanceof Error ? error.message : String(error);
    return { ok: false, reason: text.trim().split('\n').slice(0, 3).join(' | ') };
  }
}

function digest(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 10);
}

export function announce(text: string): void {
  process.stderr.write(`fake-vault tests: ${text}\n`);
}
