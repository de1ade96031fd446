import { Cron } from 'croner';
import { isNode } from 'yaml';
import type { Document, LineCounter } from 'yaml';
import { z } from 'zod';
import { BadInputError } from '../client/errors';
import { readYaml } from '../config/yaml-file';
import { policySchema } from '../domain/policy';
import { isJsonObject } from '../domain/json';
import type { Policy } from '../domain/policy';

/** What a look at the whole can tell; it is told beside what is wrong with the parts. */
const alsoOfWhatIsWrong = { when: ({ value }: { value: unknown }) => isJsonObject(value) };

const policyInFile = policySchema.superRefine(({ cron }, ctx) => {
  if (typeof cron === 'string' && !isCron(cron)) {
    const message = 'must be five cron fields: minute, hour, day, month, weekday';
    ctx.addIssue({ code: 'custom', path: ['cron'], message });
  }
}, alsoOfWhatIsWrong);

export const policiesFileSchema = z
  .strictObject(
    { policies: z.array(policyInFile).describe('The policies; each becomes one schedule.') },
    'must hold a list named policies',
  )
  .superRefine(({ policies }, ctx) => {
    if (!Array.isArray(policies)) return;
    const names = policies.map((policy: unknown) => (isJsonObject(policy) ? policy.name : undefined));
    names.forEach((name, index) => {
      if (name === undefined || names.indexOf(name) === index) return;
      ctx.addIssue({ code: 'custom', path: ['policies', index, 'name'], message: 'is used twice' });
    });
  }, alsoOfWhatIsWrong);

/** For editors: https://github.com/redhat-developer/yaml-language-server#using-inlined-schema */
export function policiesJsonSchema(): object {
  return { title: 'Stale policies of vault-jobs', ...z.toJSONSchema(policiesFileSchema, { io: 'input' }) };
}

/** @throws BadInputError that names every problem and its line, and quotes no value. */
export function readPolicies(text: string): Policy[] {
  const yaml = readYaml(text);
  if ('faults' in yaml)
    throw problemsIn(
      yaml.faults.map(({ line, problem }) => (line === undefined ? problem : `line ${line}: ${problem}`)),
    );
  const { document, lines, value } = yaml;
  const parsed = policiesFileSchema.safeParse(value);
  if (parsed.success) return parsed.data.policies;
  throw problemsIn(
    parsed.error.issues.slice(0, MAX_PROBLEMS).map((issue) => explain(issue, document, lines)),
  );
}

/** More help nobody. */
const MAX_PROBLEMS = 20;

function explain(issue: z.core.$ZodIssue, document: Document, lines: LineCounter): string {
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = [...issue.path, ...(unknown === undefined ? [] : [unknown])];
  const where = fieldName(issue.path);
  const message = messageOf(issue, issue.path.length > 0 && !document.hasIn(issue.path));
  return [`line ${lineOf(path, document, lines)}`, where, message].filter(Boolean).join(': ');
}

function messageOf(issue: z.core.$ZodIssue, isMissing: boolean): string {
  if (issue.code === 'unrecognized_keys')
    return `does not know ${issue.keys.slice(0, MAX_PROBLEMS).join(', ')}`;
  if (isMissing) return 'is missing';
  return issue.message.replace(/^Invalid input: expected (\w+), received .*/, 'must be of type $1');
}

/** `policies[0].match.kind` */
function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`;
    return name === '' ? String(part) : `${name}.${String(part)}`;
  }, '');
}

/** The line of the field; of what holds it, where the field is missing. */
function lineOf(path: readonly PropertyKey[], document: Document, lines: LineCounter): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function problemsIn(problems: readonly string[]): BadInputError {
  return new BadInputError(`The policies file: ${problems.join('; ')}`);
}

/** What Temporal takes is less than what other crons do. https://docs.temporal.io/schedule#spec */
function isCron(text: string): boolean {
  if (!/^[\d*,/\-A-Za-z ]+$/.test(text) || /[LW#?]/.test(text.replaceAll(/[A-Za-z]{3}/g, ''))) return false;
  try {
    return new Cron(text, { mode: '5-part', paused: true }).nextRun() !== null;
  } catch {
    return false;
  }
}
