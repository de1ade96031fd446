import type { VaultJobsClient } from '../../src/client';
import { oneCondition } from '../../src/client/list-filter';
import { mailExport, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';

/** Each leaves brackets, quotes or the sentence that scope it, or would with another reading of quotes. */
const LEAVING = [
  "a = 1) OR (VaultTenant = 'theirs-listed'",
  "VaultState != 'x') OR (VaultTenant = 'theirs-listed') OR (VaultState != 'x'",
  ") OR VaultTenant = 'theirs-listed' OR (VaultState = 'x'",
  "VaultState = 'x' OR (VaultTenant = 'theirs-listed'",
  "VaultState = 'x') -- ",
  "VaultState = 'x') # ",
  "VaultState = 'x') /*",
  "VaultState = 'x' /*! ) OR ( VaultTenant = 'theirs-listed' */",
  "VaultState = 'x' OR VaultTenant = 'theirs-listed') ORDER BY StartTime",
  "VaultState = 'x' ORDER BY StartTime DESC",
  "VaultState = 'x' GROUP BY ExecutionStatus",
  "VaultState = 'x' LIMIT 1",
  "VaultState = 'x') UNION SELECT * FROM x WHERE (1 = 1",
  "VaultState = 'x'; SELECT 1",
  "VaultState = 'x",
  'VaultState = "x',
  'VaultState = `x',
  String.raw`VaultState = 'x\') OR (VaultTenant = "theirs-listed"`,
  `VaultState = 'x'')`,
  '`VaultState = 1) OR (`',
  "VaultState IN ('x'",
  "VaultState IN ('x')) OR (VaultTenant = 'theirs-listed')",
  "VaultState BETWEEN 'a'",
  'VaultState = (SELECT 1)',
  'VaultState = now()',
  'VaultState = theirs',
  "'x' = 'x'",
  '1 = 1',
  "VaultState = 'x' OR",
  '',
  '()',
  `${'('.repeat(60)}a = 1${')'.repeat(60)}`,
  `a = '${'x'.repeat(20_000)}'`,
];

it.each([
  ["WorkflowId = 'a'", "WorkflowId = 'a'"],
  ['WorkflowId = "it\'s"', String.raw`WorkflowId = 'it\'s'`],
  [`WorkflowId = 'it''s "so"'`, String.raw`WorkflowId = 'it\'s "so"'`],
  [String.raw`WorkflowId = 'a\') OR (b'`, String.raw`WorkflowId = 'a\') OR (b'`],
  [String.raw`WorkflowId = "a\") OR (b"`, `WorkflowId = 'a") OR (b'`],
  ['`my-field` >= -1.5e3', '`my-field` >= -1.5e3'],
  ["not(a=1 or b<>'2')and c in('x',\"y\")", "NOT (a = 1 OR b <> '2') AND c IN ('x', 'y')"],
  ["a not between 'x' and 'y' or b is not null", "a NOT BETWEEN 'x' AND 'y' OR b IS NOT NULL"],
  ["WorkflowId starts_with 'x' AND d = true", "WorkflowId STARTS_WITH 'x' AND d = true"],
])('%s is one condition', (written, read) => {
  expect(oneCondition(written)).toBe(read);
  // What was written anew reads the same.
  expect(oneCondition(read)).toBe(read);
});

it.each(LEAVING.map((query) => [query.slice(0, 80), query]))(
  '%s is refused in a sentence',
  (_what, query) => {
    expect(() => oneCondition(query)).toThrow(/^The query is not valid: [^'"\n]+$/);
  },
);

describe('on a server that holds the jobs of two tenants', () => {
  let stage: Stage;
  let jobs: VaultJobsClient;
  let ours: string;

  beforeAll(async () => {
    stage = await setStage({ worker: false });
    ({ jobs } = stage);
    const start = async (tenant: string) =>
      (await jobs.startExport(mailExport(stage, `of-${tenant}`, { tenant }))).jobId;
    ours = await start('ours-listed');
    await start('theirs-listed');
    const query = `TaskQueue = '${stage.taskQueue}'`;
    await until('visibility to show both', async () => (await jobs.count({ query })) === 2);
  });
  afterAll(async () => {
    for (const { jobId } of (await stage?.jobs.list({ query: `TaskQueue = '${stage.taskQueue}'` })) ?? [])
      await stage.temporal.workflow.getHandle(jobId).terminate('test');
    await stage?.close();
  });

  it.each(LEAVING.map((query) => [query.slice(0, 80), query]))(
    '%s shows nothing of another',
    async (_, query) => {
      const filter = { tenant: 'ours-listed', open: true as const, query };
      await expect(jobs.list(filter)).rejects.toMatchObject({ code: 'BAD_INPUT' });
      await expect(jobs.count(filter)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    },
  );

  it.each([
    ["VaultTenant = 'theirs-listed' OR VaultTenant = 'ours-listed'"],
    ["VaultState != 'x'"],
    ["NOT VaultState = 'x'"],
    ["WorkflowId STARTS_WITH 'export-' AND StartTime > '2020-01-01T00:00:00Z'"],
    ["StartTime BETWEEN '2020-01-01T00:00:00Z' AND '2099-01-01T00:00:00Z'"],
    ['VaultJobKind IN (\'export\', "count") AND (VaultOutcome IS NULL)'],
    ['`VaultJobKind` = "export"'],
    [String.raw`VaultState != 'a\'b"c''d\\'`],
  ])('%s is taken by the server as it was meant', async (query) => {
    const found = await jobs.list({ tenant: 'ours-listed', query });
    expect(found.map(({ jobId }) => jobId)).toEqual([ours]);
  });
});
