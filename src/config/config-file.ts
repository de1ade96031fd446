import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { isMap, isNode, isScalar } from 'yaml';
import type { Document } from 'yaml';
import { isJsonObject } from '../domain/json';
import { readNamedFile } from './named-file';
import type { SettingPath } from './place';
import type { Environment } from './setting-sources';
import { MAX_YAML_BYTES, readYaml } from './yaml-file';

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
  const read = readNamedFile(path, MAX_YAML_BYTES);
  if ('text' in read) return parse(path, read.text, problems);
  if (named !== undefined) problems.push(`${source}: names a file that ${read.problem}`);
  else if (!read.isMissing) problems.push(`${path}: ${read.problem}`);
  return undefined;
}

/** https://specifications.freedesktop.org/basedir-spec/latest/ */
export function defaultConfigFile(env: Environment): string {
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'vault-jobs', 'config.yaml');
}

function parse(path: string, text: string, problems: string[]): ConfigFile | undefined {
  const name = basename(path);
  const yaml = readYaml(text);
  if ('faults' in yaml) {
    for (const { line, problem } of yaml.faults)
      problems.push(`${line === undefined ? name : `${name}:${line}`}: ${problem}`);
    return undefined;
  }
  const { document, lines } = yaml;
  const at = (offset: number | undefined) =>
    offset === undefined ? name : `${name}:${lines.linePos(offset).line}`;
  const content: unknown = withoutEmpty(yaml.value ?? {});
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
