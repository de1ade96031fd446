import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { isJsonObject } from '../domain/json';
import type { SettingPath } from './place';
import type { Environment } from './setting-sources';

/** A configuration file, read and not yet checked. */
export interface ConfigFile {
  path: string;
  /** Relative paths in the file start here: the file means the same wherever a command is run. */
  folder: string;
  content: Record<string, unknown>;
  /** `vault-jobs.yaml:12`, the line of a setting or of what it should stand in. */
  place(setting: SettingPath): string;
  /** The line of a key that may itself be the fault. */
  keyPlace(parent: SettingPath, key: string): string;
}

/**
 * Reads the file that is named, or the one in the default place if there is one. A problem is noted, and the
 * rest is read as if there were no file, so that every problem is found at once.
 */
export function readConfigFile(
  flag: string | undefined,
  env: Environment,
  problems: string[],
): ConfigFile | undefined {
  const named = flag ?? (env.VAULT_JOBS_CONFIG || undefined);
  const source = flag === undefined ? 'VAULT_JOBS_CONFIG' : '--config';
  const path = resolve(named ?? defaultConfigFile(env));
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (named === undefined && isMissing(error)) return undefined;
    problems.push(
      named === undefined
        ? `${path}: cannot be read`
        : `${source}: names a file that ${isMissing(error) ? 'does not exist' : 'cannot be read'}`,
    );
    return undefined;
  }
  return parse(path, text, problems);
}

/** https://specifications.freedesktop.org/basedir-spec/latest/ */
export function defaultConfigFile(env: Environment): string {
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'vault-jobs', 'config.yaml');
}

function parse(path: string, text: string, problems: string[]): ConfigFile | undefined {
  const name = basename(path);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number | undefined) =>
    offset === undefined ? name : `${name}:${lines.linePos(offset).line}`;
  if (document.errors.length > 0) {
    // The parser's own words quote the file, which may hold a password.
    for (const { pos, code } of document.errors)
      problems.push(`${at(pos[0])}: is not YAML (${code.toLowerCase().replaceAll('_', ' ')})`);
    return undefined;
  }
  const content: unknown = withoutEmpty(document.toJS() ?? {});
  if (!isJsonObject(content)) {
    problems.push(`${name}: must hold settings as "name: value"`);
    return undefined;
  }
  return {
    path,
    folder: dirname(path),
    content,
    place: (setting) => at(offsetOf(document, setting)),
    keyPlace: (parent, key) => at(keyOffset(document, parent, key)),
  };
}

function offsetOf(document: Document, setting: SettingPath): number | undefined {
  for (let length = setting.length; length > 0; length -= 1) {
    const parent = setting.slice(0, length - 1);
    const last = setting[length - 1];
    const offset =
      typeof last === 'string'
        ? keyOffset(document, parent, last)
        : startOf(document.getIn(setting.slice(0, length), true));
    if (offset !== undefined) return offset;
  }
  return undefined;
}

function keyOffset(document: Document, parent: SettingPath, key: string): number | undefined {
  const map = parent.length === 0 ? document.contents : document.getIn(parent, true);
  if (!isMap(map)) return undefined;
  return startOf(map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key)?.key);
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

/** A key with nothing behind it says nothing, as an empty variable does. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null && field !== '')
      .map(([key, field]) => [key, withoutEmpty(field)]),
  );
}

function isMissing(error: unknown): boolean {
  // Not instanceof: under Jest, the system's errors are of another realm.
  return isJsonObject(error) && error.code === 'ENOENT';
}
