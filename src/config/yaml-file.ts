import { isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { Document } from 'yaml';
import { isDeeperThan } from '../domain/json';

/** Aliases may be nested until no memory holds what they stand for. */
const MAX_ALIASES = 100;
const MAX_DEPTH = 50;
/** A parser that remembers each mark of a text needs some hundred times its size. */
export const MAX_YAML_BYTES = 250_000;
/** A file that is no YAML at all may have a fault in every line. */
const MAX_FAULTS = 10;

export interface YamlFault {
  line?: number;
  /** Never quotes the file, which may hold a password. */
  problem: string;
}

export type Yaml = { document: Document; lines: LineCounter; value: unknown } | { faults: YamlFault[] };

/** Reads YAML that a person wrote, within bounds of time and memory. */
export function readYaml(text: string): Yaml {
  const lines = new LineCounter();
  try {
    // The library compares each key with every other one; many thousands would take it minutes.
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
    const at = (offset: number) => lines.linePos(offset).line;
    const faults = document.errors.slice(0, MAX_FAULTS).map(({ code, pos }) => faultOf(code, at(pos[0])));
    if (faults.length === 0) faults.push(...repeatedKeys(document, at));
    if (faults.length > 0) return { faults };
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return isDeeperThan(value, MAX_DEPTH) ? { faults: [TOO_DEEP] } : { document, lines, value };
  } catch (error) {
    // Not instanceof: under Jest, the engine's errors are of another realm.
    const isStack = error instanceof Error && error.name === 'RangeError';
    return { faults: [isStack ? TOO_DEEP : { problem: 'its aliases cannot be resolved' }] };
  }
}

const TOO_DEEP: YamlFault = { problem: `is nested more than ${MAX_DEPTH} deep` };

function repeatedKeys(document: Document, at: (offset: number) => number): YamlFault[] {
  const faults: YamlFault[] = [];
  visit(document, {
    Map: (_key, map) => {
      if (!isMap(map)) return undefined;
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name) && faults.length < MAX_FAULTS)
          faults.push(faultOf('DUPLICATE_KEY', at(key.range?.[0] ?? 0)));
        seen.add(name);
      }
      return undefined;
    },
  });
  return faults;
}

function faultOf(code: string, line: number): YamlFault {
  return { line, problem: `is not YAML (${code.toLowerCase().replaceAll('_', ' ')})` };
}
