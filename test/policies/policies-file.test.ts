import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { policiesJsonSchema, readPolicies } from '../../src/policies/policies-file';
import { policySchema } from '../../src/domain/policy';

const root = join(__dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

function problems(text: string): string[] {
  try {
    readPolicies(text);
  } catch (error) {
    return String(error instanceof Error ? error.message : error)
      .replace('The policies file: ', '')
      .split('; ');
  }
  return [];
}

const ONE = `policies:
  - name: one
    every: 10m
    olderThan: 6h
    action: cancel
`;

/** Nine of nine of nine: a few lines that no memory holds. */
const NESTED_ALIASES = Array.from('abcdefgh', (key, i) => {
  const item = i === 0 ? 'x' : `*${'abcdefgh'.charAt(i - 1)}`;
  return `${key}: &${key} [${Array.from({ length: 9 }, () => item).join(', ')}]`;
}).join('\n');

describe('a policies file', () => {
  it('gives the example’s policies', () => {
    expect(readPolicies(read('examples/policies.yaml')).map(({ name }) => name)).toEqual([
      'nightly-exports',
      'morning-report',
    ]);
  });

  it('leaves out what has a default, and the default is the careful one', () => {
    expect(readPolicies(ONE)).toEqual([
      {
        name: 'one',
        every: '10m',
        match: {},
        olderThan: '6h',
        action: 'cancel',
        maxCancels: 5,
        waitFor: '5m',
        except: { matters: [], jobs: [], names: [] },
        dryRun: false,
      },
    ]);
  });

  it('is told every problem at once, each with its line', () => {
    const text = `policies:
  - name: Bad Name
    every: soon
    olderThan: 6h
    action: shred
    match: { knd: export }
  - name: twice
    cron: '61 * * * *'
    action: cancel
    allowDelete: true
  - name: twice
    every: 1m
    cron: '1 * * * *'
    olderThan: 6h
    action: report
    maxCancels: 0
`;
    const found = problems(text);
    for (const expected of [
      /^line 2: policies\[0\]\.name: must be /,
      /^line 3: policies\[0\]\.every: must be a duration/,
      /^line 5: policies\[0\]\.action: must be cancel or report/,
      /^line 6: policies\[0\]\.match: does not know knd/,
      /^line 8: policies\[1\]\.cron: must be five cron fields/,
      /^line 7: policies\[1\]\.olderThan: is missing/,
      /^line 10: policies\[1\]\.allowDelete: may only be false/,
      /^line 11: policies\[2\]: needs either every or cron/,
      /^line 11: policies\[2\]\.name: is used twice/,
      /^line 16: policies\[2\]\.maxCancels: /,
    ]) {
      expect(found).toContainEqual(expect.stringMatching(expected));
    }
    expect(found).toHaveLength(10);
    expect(found.join()).not.toMatch(/soon|shred|Bad Name/);
  });

  it.each([
    ['nothing', '', /must hold a list named policies/],
    ['text', 'hello', /must hold a list named policies/],
    ['broken YAML', 'policies: [\n a: b: c', /line 2: is not YAML/],
    ['a key twice', 'policies: []\npolicies: []', /line 2: is not YAML/],
    ['neither every nor cron', ONE.replace('every: 10m', 'dryRun: true'), /needs either every or cron/],
    ['half a second', ONE.replace('10m', '500ms'), /every: must be at least 1s/],
    ['no age at all', ONE.replace('6h', '0s'), /olderThan: must be a duration/],
    ['aliases within aliases', NESTED_ALIASES, /aliases cannot be resolved/],
  ])('of %s is refused', (_what, text, problem) => {
    expect(problems(text).join('; ')).toMatch(problem);
  });

  it.each(['0 7 * * MON-FRI', '*/15 0-6 1,15 JAN-MAR *', '30 2 * * 0'])('takes cron %s', (cron) => {
    expect(problems(ONE.replace('every: 10m', `cron: '${cron}'`))).toEqual([]);
  });

  it.each(['60 * * * *', '* * * *', '* * * * * *', '0 0 L * *', '0 0 30 2 *', '@daily', 'x'])(
    'refuses cron %s, which Temporal does not take or which never comes',
    (cron) => {
      expect(problems(ONE.replace('every: 10m', `cron: '${cron}'`)).join()).toMatch(/cron: must be five/);
    },
  );
});

describe('the published JSON Schema', () => {
  it('is current: npm run schemas', () => {
    expect(JSON.parse(read('schemas/policies.schema.json'))).toEqual(policiesJsonSchema());
  });

  it('explains every field and is what the example names', () => {
    const schema = JSON.stringify(policiesJsonSchema());
    for (const field of Object.keys(policySchema.shape)) expect(schema).toContain(`"${field}":{`);
    expect(Object.values(policySchema.shape).filter(({ description }) => !description)).toEqual([]);
    expect(read('examples/policies.yaml')).toMatch(
      /^# yaml-language-server: \$schema=\.\.\/schemas\/policies\.schema\.json\n/,
    );
  });
});
