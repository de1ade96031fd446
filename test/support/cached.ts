import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../../src/embedded/cache-folder';

/** Made beside its place and then moved there, so that two test runs at once do not see each other's halves. */
export async function cached(name: string, make: (target: string) => Promise<void>): Promise<string> {
  const root = cacheFolder();
  const place = join(root, name);
  if (existsSync(place)) return place;
  await mkdir(root, { recursive: true });
  const target = join(root, `.${name}-${randomUUID()}`);
  try {
    await make(target);
    await rename(target, place);
  } catch (error) {
    await rm(target, { recursive: true, force: true });
    // The other run was faster.
    if (!existsSync(place)) throw error;
  }
  return place;
}
