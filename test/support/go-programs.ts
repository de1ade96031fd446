import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../src/embedded/cache-folder';
import { withFetchLock } from '../../src/embedded/fetch-lock';

const run = promisify(execFile);
const BUILD_LIMIT_MS = 20 * 60_000;

/** A program built by `go install` once and kept in the cache; answers its path. */
export async function goProgram(module: string, packagePath: string, version: string): Promise<string> {
  const name = packagePath.split('/').at(-1) ?? packagePath;
  const folder = join(cacheFolder(), `${module.replaceAll(/[^a-z0-9]+/g, '-')}-${version}`);
  const program = join(folder, name);
  if (existsSync(program)) return program;
  await mkdir(folder, { recursive: true });
  return withFetchLock(
    join(folder, 'fetch.lock'),
    () => {},
    async () => {
      if (existsSync(program)) return program;
      const unfinished = await mkdtemp(join(folder, 'building-'));
      try {
        console.log(`Building ${module}/${packagePath} ${version} with go install: some minutes, this once`);
        await run('go', ['install', `${module}/${packagePath}@v${version}`], {
          env: { ...process.env, GOBIN: unfinished },
          timeout: BUILD_LIMIT_MS,
          maxBuffer: 16 * 1024 * 1024,
        });
        await rename(join(unfinished, name), program);
        return program;
      } finally {
        await rm(unfinished, { recursive: true, force: true });
      }
    },
  );
}

/** Where Go keeps the source of a module, downloaded where it is not there yet. */
export async function goModuleSource(module: string, version: string): Promise<string> {
  const { stdout } = await run('go', ['mod', 'download', '-json', `${module}@v${version}`]);
  const { Dir }: { Dir: string } = JSON.parse(stdout);
  return Dir;
}

/** Why nothing can be built here; undefined where it can. Answers at once, for `describe.skip`. */
export function whyNoGo(): string | undefined {
  return spawnSync('go', ['version']).status === 0 ? undefined : 'there is no go on PATH';
}
