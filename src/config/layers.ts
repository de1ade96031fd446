import { resolve } from 'node:path';
import { isJsonObject } from '../domain/json';
import type { ConfigFile } from './config-file';
import type { SettingPath, SettingPattern } from './place';
import { SECTION_FILES } from './sections';
import { variableFor } from './setting-sources';

/** Settings that name a file. */
const FILES: readonly SettingPattern[] = [['tenants', '*', 'credential', 'path'], ...SECTION_FILES];
const LEDGERS: readonly SettingPattern[] = [['ledger'], ['tenants', '*', 'ledger']];

/** What the file says with what overrides it put over it, and who said each of it. */
export class Layers {
  readonly content: Record<string, unknown>;
  readonly #file: ConfigFile | undefined;
  readonly #overrides = new Map<string, string>();

  constructor(file: ConfigFile | undefined) {
    this.#file = file;
    this.content = structuredClone(file?.content ?? {});
    if (!file) return;
    for (const pattern of FILES) replaceAt(this.content, pattern, (path) => resolve(file.folder, path));
    for (const pattern of LEDGERS)
      replaceAt(this.content, pattern, (url) => (isPath(url) ? resolve(file.folder, url) : url));
  }

  get(path: SettingPath): unknown {
    return path.reduce<unknown>((value, key) => child(value, key), this.content);
  }

  /** Changes nothing where the file has something else in the way, which is reported as such. */
  set(path: SettingPath, value: unknown, source: string): void {
    const parents = path.slice(0, -1);
    const last = path.at(-1);
    let parent: unknown = this.content;
    for (const key of parents) {
      if (isJsonObject(parent) && parent[key] === undefined) parent[key] = {};
      parent = child(parent, key);
    }
    if (last === undefined || !isJsonObject(parent)) return;
    parent[last] = value;
    this.#overrides.set(path.join('.'), source);
  }

  isOverridden(path: SettingPath): boolean {
    return this.#overrides.has(path.join('.'));
  }

  /** Who said it: a flag, a variable, a line of the file; else what it is to be said with. */
  sourceOf(path: SettingPath): string {
    for (let length = path.length; length > 0; length -= 1) {
      const source = this.#overrides.get(path.slice(0, length).join('.'));
      if (source !== undefined) return source;
    }
    const inFile = this.#file?.content[String(path[0])] !== undefined;
    return (inFile ? this.#file?.place(path) : variableFor(path)) ?? path.join('.');
  }

  /** Who wrote this key. */
  sourceOfKey(parent: SettingPath, key: string): string {
    return this.#file?.keyPlace(parent, key) ?? this.sourceOf([...parent, key]);
  }
}

function child(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return value[Number(key)];
  return isJsonObject(value) ? value[key] : undefined;
}

function replaceAt(value: unknown, pattern: SettingPattern, change: (text: string) => string): void {
  const [key = '', ...rest] = pattern;
  if (Array.isArray(value)) {
    for (const item of value) replaceAt(item, rest, change);
    return;
  }
  if (!isJsonObject(value)) return;
  const field = value[key];
  if (rest.length > 0) replaceAt(field, rest, change);
  else if (typeof field === 'string') value[key] = change(field);
}

/** As opposed to a URL, which says where it starts. */
function isPath(ledger: string): boolean {
  return ledger !== ':memory:' && !/^[a-z][a-z0-9+.-]+:/i.test(ledger);
}
