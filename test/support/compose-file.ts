import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export interface ComposeService {
  image?: string;
  build?: string;
  command?: string[] | string;
  entrypoint?: string[];
  environment?: Record<string, string | number>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] | string };
  secrets?: (string | { source: string })[];
  volumes?: string[];
  ports?: string[];
  stop_grace_period?: string;
  profiles?: string[];
  deploy?: object;
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
  read_only?: boolean;
  mem_limit?: string;
}

export interface ComposeFile {
  services: Record<string, ComposeService>;
  secrets: Record<string, { file?: string; environment?: string }>;
  volumes: Record<string, object | null>;
}

/** `docker-compose.yml` as it stands, anchors resolved. */
export function readComposeFile(): ComposeFile {
  return parse(readFileSync(join(__dirname, '../../docker-compose.yml'), 'utf8'), { merge: true });
}

/** What compose puts in the place of `${NAME}`, `${NAME:-default}` and `${NAME:?why}`, and of `$$`. */
export function interpolated(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(
    /\$\$|\$\{(\w+)(?::[-?]([^}]*))?\}/g,
    (found, name: string | undefined, otherwise: string | undefined) =>
      name === undefined ? '$' : (values[name] ?? (found.includes(':-') ? (otherwise ?? '') : missing(name))),
  );
}

function missing(name: string): never {
  throw new Error(`docker-compose.yml needs ${name}`);
}
