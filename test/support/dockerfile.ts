import { execFile } from 'node:child_process';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CONTEXT = join(__dirname, '..', '..');

interface Instruction {
  name: string;
  rest: string;
}

export interface BuiltImage {
  /** The folder that stands for the image's `/`. */
  root: string;
  workdir: string;
  env: Record<string, string>;
  /** Of the last stage, by name: `USER`, `HEALTHCHECK`, `ENTRYPOINT`, `CMD`. */
  said: Record<string, string>;
  /** Each stage's base image. */
  bases: string[];
}

/** Does what the Dockerfile says in a folder of this machine: its COPY and RUN lines, stage by stage. */
export async function buildImageHere(folder: string): Promise<BuiltImage> {
  const image: BuiltImage = { root: '', workdir: '', env: {}, said: {}, bases: [] };
  const stages = new Map<string, string>();
  const given: Record<string, string> = {};
  for (const { name, rest } of await instructions()) {
    switch (name) {
      case 'FROM': {
        const [from = '', , stage = 'last'] = rest.split(' ');
        const base = from.replace(/^\$\{(\w+)\}$/, (_, argument: string) => given[argument] ?? '');
        image.bases.push(base);
        Object.assign(image, { root: join(folder, stage), env: {}, said: {} });
        stages.set(stage, image.root);
        break;
      }
      case 'ARG':
        Object.assign(given, variableIn(rest));
        break;
      case 'WORKDIR':
        image.workdir = join(image.root, rest);
        await mkdir(image.workdir, { recursive: true });
        break;
      case 'ENV':
        Object.assign(image.env, variableIn(rest));
        break;
      case 'COPY':
        await copy(rest, image.workdir, stages);
        break;
      case 'RUN':
        // Users and absolute places are the image's own.
        if (!rest.startsWith('install '))
          await run('/bin/sh', ['-c', rest], { cwd: image.workdir, maxBuffer: 2 ** 26 });
        break;
      default:
        image.said[name] = rest;
    }
  }
  return image;
}

/** The variables of the last stage. */
export async function imageEnvironment(): Promise<Record<string, string>> {
  const all = await instructions();
  const last = all.slice(all.findLastIndex(({ name }) => name === 'FROM'));
  return Object.assign({}, ...last.filter(({ name }) => name === 'ENV').map(({ rest }) => variableIn(rest)));
}

function variableIn(rest: string): Record<string, string> {
  const [variable = '', value = ''] = rest.split('=');
  return { [variable]: value };
}

async function copy(rest: string, workdir: string, stages: ReadonlyMap<string, string>): Promise<void> {
  const words = rest.split(' ');
  const stage = /^--from=(.+)$/.exec(words[0] ?? '')?.[1];
  if (stage !== undefined) words.shift();
  const root = stage === undefined ? CONTEXT : (stages.get(stage) ?? '');
  const target = words.pop() ?? '';
  for (const source of words) {
    if (stage === undefined) await checkInContext(source);
    const place = target.endsWith('/') ? join(workdir, target, basename(source)) : join(workdir, target);
    await cp(join(root, source), place, { recursive: true, verbatimSymlinks: true });
  }
}

/** `.dockerignore` lets nothing through but what it names. */
async function checkInContext(source: string): Promise<void> {
  const [first, ...named] = (await readFile(join(CONTEXT, '.dockerignore'), 'utf8')).trim().split('\n');
  if (first !== '*' || !named.includes(`!${source}`)) throw new Error(`.dockerignore keeps ${source} out`);
}

async function instructions(): Promise<Instruction[]> {
  const text = await readFile(join(CONTEXT, 'Dockerfile'), 'utf8');
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
  return lines.flatMap((line) => {
    const [, name, rest] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    return name === undefined || rest === undefined ? [] : [{ name, rest }];
  });
}
