import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cached } from './cached';

const run = promisify(execFile);
const BUILD_LIMIT_MS = 20 * 60_000;

/** A program built by `go install` once and kept in the cache; answers its path. */
export async function goProgram(module: string, packagePath: string, version: string): Promise<string> {
  const name = packagePath.split('/').at(-1) ?? packagePath;
  const home = await cached(`${module.replaceAll(/[^a-z0-9]+/g, '-')}-${version}-${name}`, async (target) => {
    console.log(`Building ${module}/${packagePath} ${version} with go install: some minutes, this once`);
    await run('go', ['install', `${module}/${packagePath}@v${version}`], {
      env: { ...process.env, GOBIN: target },
      timeout: BUILD_LIMIT_MS,
      maxBuffer: 16 * 1024 * 1024,
    });
  });
  return join(home, name);
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
