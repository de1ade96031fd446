import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { temporal as proto } from '@temporalio/proto';
import { DefaultLogger } from '@temporalio/worker';
import { logLine } from '../../src/cli/worker-log';
import { SEARCH_ATTRIBUTES } from '../../src/domain/search-attributes';
import { findFreePort } from '../../src/embedded/free-port';
import { startTemporalServer } from '../../src/embedded/temporal-server';
import { installRuntime, keyRing, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { playEverything } from './full-run';
import { SECRETS, secretsIn } from './secrets';

const LIMIT_MS = 300_000;
const LISTED = ['reason', 'requestedBy'] as const;

const folders: string[] = [];
/** As `vault-jobs worker` would write them, but down to the last detail. */
let logs = { shown: '', raw: '' };
let metricsUrl: string;

beforeAll(async () => {
  const bindAddress = `127.0.0.1:${await findFreePort()}`;
  metricsUrl = `http://${bindAddress}/metrics`;
  installRuntime({
    logger: new DefaultLogger('TRACE', (entry) => {
      logs.shown += `${logLine(entry, 'text')}\n`;
      logs.raw += `${inspect(entry, { depth: 10 })}\n`;
    }),
    telemetryOptions: {
      logging: { filter: { core: 'DEBUG', other: 'WARN' }, forward: {} },
      metrics: { prometheus: { bindAddress } },
    },
  });
});

afterAll(async () => {
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
});

/** What a whole run left in each place. */
interface Left {
  /** Every file of Temporal's own database: histories, memos, schedules, visibility, heartbeats. */
  temporalDatabase: Buffer;
  ledger: Buffer;
  logs: typeof logs;
  metrics: string;
  /** Temporal's answers as they are stored, each with all it tells of one thing. */
  stored: Record<'history' | 'description' | 'list' | 'schedule' | 'status' | 'metadata', Buffer>;
}

async function playAndCollect(keys: ReturnType<typeof keyRing> | undefined): Promise<Left> {
  logs = { shown: '', raw: '' };
  const folder = await mkdtemp(join(tmpdir(), 'vault-jobs-leaks-'));
  folders.push(folder);
  const dbFilename = join(folder, 'temporal.db');
  const server = await startTemporalServer({ dbFilename, searchAttributes: SEARCH_ATTRIBUTES });
  const shared = process.env.TEST_TEMPORAL_ADDRESS;
  let left: Omit<Left, 'temporalDatabase'>;
  process.env.TEST_TEMPORAL_ADDRESS = server.address;
  try {
    const stage = await setStage({ fake: { subject: SECRETS.subject }, ...(keys && { keys }) });
    try {
      const { running } = await playEverything(stage);
      const stored = await askRaw(stage, running);
      const metrics = await (await fetch(metricsUrl)).text();
      const ledger = await filesIn(dirname(stage.ledgerFile));
      left = { stored, metrics, ledger, logs };
    } finally {
      await stage.close();
    }
  } finally {
    await server.stop();
    process.env.TEST_TEMPORAL_ADDRESS = shared;
  }
  // Only a server that has stopped has written everything.
  return { ...left, temporalDatabase: await filesIn(folder) };
}

async function filesIn(folder: string): Promise<Buffer> {
  const names = await readdir(folder);
  return Buffer.concat(await Promise.all(names.map((name) => readFile(join(folder, name)))));
}

/** Past every converter of ours: what anybody sees who may read the namespace. */
async function askRaw(stage: Stage, running: string): Promise<Left['stored']> {
  const service = stage.temporal.workflowService;
  const namespace = 'default';
  const v1 = proto.api.workflowservice.v1;
  const { executions } = await service.listWorkflowExecutions({ namespace });
  const histories = await Promise.all(
    executions.map(({ execution }) =>
      service.getWorkflowExecutionHistory({ namespace, execution: execution! }),
    ),
  );
  const execution = { workflowId: running };
  const describe = await service.describeWorkflowExecution({ namespace, execution });
  const query = (queryType: string) => service.queryWorkflow({ namespace, execution, query: { queryType } });
  const scheduleId = `schedule-${stage.taskQueue}`;
  const encoded = (message: { finish(): Uint8Array }) => Buffer.from(message.finish());
  expect(executions.length).toBeGreaterThan(5);
  expect(describe.pendingActivities[0]?.heartbeatDetails?.payloads).toHaveLength(1);
  return {
    history: Buffer.concat(
      histories.map((history) => encoded(v1.GetWorkflowExecutionHistoryResponse.encode(history))),
    ),
    description: encoded(v1.DescribeWorkflowExecutionResponse.encode(describe)),
    list: encoded(
      v1.ListWorkflowExecutionsResponse.encode(await service.listWorkflowExecutions({ namespace })),
    ),
    schedule: Buffer.concat([
      encoded(v1.DescribeScheduleResponse.encode(await service.describeSchedule({ namespace, scheduleId }))),
      encoded(v1.ListSchedulesResponse.encode(await service.listSchedules({ namespace }))),
    ]),
    status: encoded(v1.QueryWorkflowResponse.encode(await query('status'))),
    metadata: encoded(v1.QueryWorkflowResponse.encode(await query('__temporal_workflow_metadata'))),
  };
}

function found(left: Left): Record<string, string[]> {
  const { logs: lines, stored, ...places } = left;
  const all = { ...places, ...stored, logs: lines.shown, 'logs with every detail': lines.raw };
  return Object.fromEntries(Object.entries(all).map(([place, text]) => [place, secretsIn(text)]));
}

const NOTHING = {
  temporalDatabase: [],
  history: [],
  description: [],
  list: [],
  schedule: [],
  status: [],
  metadata: [],
  metrics: [],
  logs: [],
  'logs with every detail': [],
  // Who asked and why is the evidence that the ledger is for.
  ledger: LISTED,
};

it(
  'with encryption on, nothing of what a job was given is readable anywhere',
  async () => {
    const keys = keyRing('k1');
    const left = await playAndCollect(keys);
    expect(found(left)).toEqual(NOTHING);
    const key = keys.newest.secret.export();
    for (const text of [left.temporalDatabase, left.ledger, Buffer.from(left.logs.raw)]) {
      expect(text.includes(key) || text.includes(key.toString('base64'))).toBe(false);
      expect(text.toString('latin1')).not.toMatch(/ya29\.|PRIVATE KEY/);
    }
  },
  LIMIT_MS,
);

it(
  'with encryption off, terms and addresses are in a job’s input and steps only',
  async () => {
    const left = await playAndCollect(undefined);
    expect(found(left)).toMatchObject({
      history: expect.arrayContaining(['terms', 'address', 'exportName', 'reason', 'requestedBy']),
      ledger: ['exportName', ...LISTED],
      metrics: [],
      logs: ['exportName'],
      status: ['exportName'],
      list: expect.not.arrayContaining(['terms', 'address', 'quoted', 'subject']),
    });
    expect(left.logs.raw).not.toMatch(/ya29\.|PRIVATE KEY/);
  },
  LIMIT_MS,
);
