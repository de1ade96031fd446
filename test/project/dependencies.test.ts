import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const ROOT = join(__dirname, '..', '..');
const packageSchema = z.object({
  version: z.string().optional(),
  license: z.string().optional(),
  dev: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
});
const { packages } = z
  .object({ packages: z.record(z.string(), packageSchema) })
  .parse(JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')));

const installed = Object.entries(packages).filter(([path]) => path !== '');
const nameOf = (path: string) => path.split('node_modules/').at(-1) ?? path;

/** They ask for their notice to be kept at most, which `node_modules` does. Another one is for a lawyer to add. */
const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'Unlicense',
];

/** Data of browsers, which the bundler brings along; used as it is, with its attribution in its own folder. */
const BY_NAME: Record<string, string> = { 'caniuse-lite': 'CC-BY-4.0' };

/** Says nothing in its package.json; its LICENSE is the text of the Unlicense. */
const UNNAMED: Record<string, string> = { unionfs: 'Unlicense' };

it.each(installed.filter(([, { dev }]) => dev !== true))('%s may be shipped', (path, { license }) => {
  const name = nameOf(path);
  const terms = (license ?? UNNAMED[name] ?? 'none').split(' AND ');
  expect(terms.filter((term) => !ALLOWED.includes(term) && BY_NAME[name] !== term)).toEqual([]);
});

it('what names no license has the text that it is allowed by', () => {
  for (const name of Object.keys(UNNAMED))
    expect(readFileSync(join(ROOT, 'node_modules', name, 'LICENSE'), 'utf8')).toMatch(
      /^This is free and unencumbered software released into the public domain/,
    );
});

/**
 * A script of a dependency runs as whoever installs. These do nothing that is needed: protobufjs looks for an old version
 * of itself, the others for a binary that an optional dependency brings. The image is installed without any.
 */
const WITH_SCRIPTS = ['@parcel/watcher', '@swc/core', 'protobufjs', 'unrs-resolver'];

it('no package has an install script but those that are known', () => {
  const found = installed
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => nameOf(path));
  expect([...new Set(found)].toSorted()).toEqual(WITH_SCRIPTS);
});

it('the image is installed from the lock, without scripts, and keeps nothing that a secret could be in', () => {
  const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  expect(dockerfile.match(/npm (ci|install|prune)[^\n]*/g)).toEqual([
    'npm ci --ignore-scripts',
    'npm prune --omit=dev --ignore-scripts',
  ]);
  expect(dockerfile).not.toMatch(/^(ADD|COPY +\.|ARG +(?!NODE_IMAGE=))/m);
  const [first, ...named] = readFileSync(join(ROOT, '.dockerignore'), 'utf8').trim().split('\n');
  expect(first).toBe('*');
  expect(named.filter((line) => /secret|\.env|deploy|config/.test(line))).toEqual(['!tsconfig.json']);
});

it('what the image runs is given to no shell', () => {
  const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8').replaceAll(/\\\n\s*/g, '');
  const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
  const run = last.match(/^(HEALTHCHECK.*CMD|ENTRYPOINT|CMD) .*$/gm) ?? [];
  expect(run.map((line) => /(?:CMD|ENTRYPOINT) \[".*"\]$/.test(line))).toEqual([true, true, true]);
  expect(last).toMatch(/^USER node$/m);
});

it('every lock entry that is fetched has its checksum', () => {
  const text = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
  const entries = z
    .object({ packages: z.record(z.string(), z.looseObject({})) })
    .parse(JSON.parse(text)).packages;
  const unchecked = Object.entries(entries).filter(
    ([path, entry]) => path !== '' && entry.integrity === undefined && entry.inBundle !== true,
  );
  expect(unchecked.map(([path]) => path)).toEqual([]);
  expect(existsSync(join(ROOT, 'npm-shrinkwrap.json'))).toBe(false);
});
