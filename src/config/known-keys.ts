import { isJsonObject } from '../domain/json';
import { configJsonSchema } from './config-schema';
import type { SettingPath } from './place';

/** What may stand at a place of the configuration, for whoever mistyped it. */
export function knownKeys(path: SettingPath): string[] {
  const nodes = path.reduce(
    (found: unknown[], key) => found.flatMap((node) => children(node, key)),
    variants(configJsonSchema()),
  );
  return [...new Set(nodes.flatMap((node) => Object.keys(propertiesOf(node))))];
}

function children(node: unknown, key: string | number): unknown[] {
  if (!isJsonObject(node)) return [];
  return variants(typeof key === 'number' ? node.items : propertiesOf(node)[key]);
}

/** A choice stands for everything that may be chosen. */
function variants(node: unknown): unknown[] {
  if (!isJsonObject(node)) return [];
  const choice = node.oneOf ?? node.anyOf;
  return Array.isArray(choice) ? choice.flatMap(variants) : [node];
}

function propertiesOf(node: unknown): Record<string, unknown> {
  const properties = isJsonObject(node) ? node.properties : undefined;
  return isJsonObject(properties) ? properties : {};
}
