import type { z } from 'zod';
import { knownKeys } from './known-keys';
import type { Layers } from './layers';
import type { SettingPath } from './place';

/** Of each kind; who mends these sees the rest. */
export const MAX_TOLD = 20;

/** What a schema finds wrong, with who said it. Quotes no value: it may be a password or an address. */
export function explainIssue(issue: z.core.$ZodIssue, layers: Layers): string[] {
  // The paths of settings read from text hold nothing but names and numbers.
  const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
  if (issue.code === 'unrecognized_keys')
    return issue.keys
      .slice(0, MAX_TOLD)
      .map((key) => `${layers.sourceOfKey(path, key)}: ${unknownKey(path, key)}`);
  const source = layers.sourceOf(path);
  // A variable names its setting; a line of the file may hold more than one.
  const named = /:\d+$/.test(source) ? `${source}: ${nameOf(path)} ` : `${source}: `;
  return [named + withoutPreamble(issue.message)];
}

function unknownKey(path: SettingPath, key: string): string {
  const known = knownKeys(path);
  const shown = /^[\w-]{1,40}$/.test(key) ? `"${key}"` : 'this';
  const hint = known.length === 0 ? '' : `; here may stand ${known.join(', ')}`;
  return `${shown} is no setting${hint}`;
}

function nameOf(path: SettingPath): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : key))
    .join('.')
    .replaceAll('.[', '[');
}

/** Zod's own sentences begin with what goes without saying. */
function withoutPreamble(message: string): string {
  return message.replace(/^Invalid input: expected /, 'must be a ').replace(/, received undefined$/, '');
}
