import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { cancelOperation } from '../../activities/cancel-operation';
import type { CancelReply } from '../../activities/cancel-operation';
import type { ActivityDeps } from '../../activities/deps';
import { createExportReader } from '../../activities/reading/export-reader';
import { WalkPace } from '../../activities/walk-pace';
import { watch } from '../../activities/watch';
import type { Journal } from '../../src/domain/journal';
import type { LedgerEvent } from '../../src/domain/ledger-event';
import { timingSchema } from '../../src/domain/timing';
import { startFakeVault } from '../../src/fake-vault';
import type { FakeVault } from '../../src/fake-vault';
import { LedgerError } from '../../src/ledger/ledger-error';
import type { Ledger } from '../../src/ledger/ledger';
import { openLedger } from '../../src/ledger/open-ledger';
import { misconfigured } from '../../src/vault/vault-error';
import { createCredential, createVaultClient, VaultError } from '../../src/vault';
import type { VaultClient } from '../../src/vault';
import { NO_QUOTAS } from '../support/no-quotas';

/** None of these steps creates an export: whatever they say goes unheard. */
const noQueue = {
  join: async () => undefined,
  placeOf: async () => ({ type: 'UNKNOWN' as const }),
  report: async () => undefined,
  endWaiting: async () => false,
  openExports: async () => [],
  isOpen: async () => false,
  quotasFor: () => NO_QUOTAS,
};

let fake: FakeVault;
let vault: VaultClient;
let ledger: Ledger;
let matterId: string;
let operationName: string;
let signals: string[];
let deps: ActivityDeps;

beforeAll(async () => {
  fake = await startFakeVault({ limits: 'off' });
  const key = fake.serviceAccountKey;
  const credential = await createCredential({
    source: { type: 'service-account-key', key },
    subject: fake.subject,
  });
  vault = createVaultClient({ rootUrl: fake.rootUrl }, credential);
});
afterAll(() => fake?.close());

beforeEach(async () => {
  ledger = await openLedger(':memory:', { namespace: 'default' });
  signals = [];
  deps = {
    ledger,
    vaultFor: () => vault,
    exportReader: createExportReader({ vaultFor: () => vault, ledger, worker: 'worker' }),
    identity: { clusterId: 'cluster', namespace: 'default' },
    nativeCancelOf: async () => ({}),
    isOpen: async () => false,
    signalJob: async (_job, signal) => void signals.push(signal),
    walkPace: new WalkPace(),
    admission: noQueue,
  };
  fake.clearScripts();
  fake.script({ match: {}, behaviour: { end: 'never' } });
  ({ matterId } = await vault.createMatter({ name: 'Acme' }));
  const query = { corpus: 'MAIL', dataScope: 'ALL_DATA', method: 'ENTIRE_ORG' };
  ({ name: operationName } = await vault.countArtifacts(matterId, { query }));
  fake.clearLog();
});
afterEach(() => ledger.close());

const startedAt = new Date().toISOString();
const requested: LedgerEvent = {
  id: 'asked',
  at: startedAt,
  type: 'CANCEL_REQUESTED',
  detail: { requestId: 'r' },
};

function input() {
  return {
    journal: {
      job: { jobId: 'job', runId: 'run', kind: 'count' as const, tenant: 'default', startedAt },
      remote: {},
      entries: [requested],
    },
    timing: timingSchema.parse({}),
  };
}

/** One attempt of an activity, as Temporal would run it: what it threw, and what the next one is told. */
async function attempt<R>(run: () => Promise<R>, number = 1, heartbeatDetails?: unknown) {
  const env = new MockActivityEnvironment({ attempt: number, heartbeatDetails });
  let details: unknown;
  env.on('heartbeat', (sent: unknown) => (details = structuredClone(sent)));
  try {
    return { result: await env.run(run), failure: undefined, details };
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    return { result: undefined, failure: error, details };
  }
}

/** The ledger's database is gone from its nth write on, whatever is written. Answers how it comes back. */
function loseLedger({ fromWrite = 1, writesLost = Number.POSITIVE_INFINITY } = {}): () => void {
  const write = ledger.write.bind(ledger);
  const append = ledger.append.bind(ledger);
  let writes = 0;
  const unlessGone = (how: typeof write) => async (journal: Journal) => {
    writes += 1;
    const isGone = writes >= fromWrite && writes < fromWrite + writesLost;
    if (isGone) throw new LedgerError('UNREACHABLE', 'the database is gone');
    await how(journal);
  };
  ledger.write = unlessGone(write);
  ledger.append = unlessGone(append);
  return () => Object.assign(ledger, { write, append });
}

const cancels = () => fake.log({ method: 'vault.operations.cancel' });
const lines = async () => (await ledger.events('job')).map(({ type }) => type);

it('a look that proves nothing is a benign failure that carries its own next delay', async () => {
  const target = { matterId, operationName, since: startedAt };
  const { failure, details } = await attempt(() => watch(deps, { ...input(), target }));
  expect(failure).toMatchObject({
    type: 'LookAgain',
    category: ApplicationFailureCategory.BENIGN,
    nextRetryDelay: expect.any(Number),
  });
  expect(failure?.nextRetryDelay).toBeLessThanOrEqual(timingSchema.parse({}).poll.minMs);
  expect(details).toMatchObject({
    step: 'watch',
    state: { polls: 1, operation: { done: false }, dueAtMs: expect.any(Number) },
  });
});

it('a later attempt goes on from what the earlier one knew', async () => {
  const target = { matterId, operationName, since: startedAt };
  const look = () => watch(deps, { ...input(), target });
  const first = await attempt(look);
  const second = await attempt(look, 2, first.details);
  expect(second.details).toMatchObject({ state: { polls: 2 } });
});

it('nothing is sent before the ledger has it in writing', async () => {
  loseLedger({ writesLost: 1 });
  const { failure } = await attempt(() => cancelOperation(deps, { ...input(), operationName }));
  expect(failure?.type).toBe('Waiting');
  expect(cancels()).toEqual([]);
  expect(await lines()).toEqual([]);
});

it('what was asked is in the ledger when the request goes out, and the job’s row follows with the answer', async () => {
  const asked = { ...requested, detail: { ...requested.detail, state: 'CANCEL_REQUESTED' } };
  const send = () => {
    const { journal, timing } = input();
    return cancelOperation(deps, { journal: { ...journal, entries: [asked] }, timing, operationName });
  };
  const bringBack = loseLedger({ fromWrite: 2 });
  const { details } = await attempt(send);
  expect(cancels()).toHaveLength(1);
  expect(await lines()).toEqual(['CANCEL_REQUESTED', 'ATTEMPT_BEGUN']);
  expect(await ledger.job('job')).toBeUndefined();
  bringBack();
  await attempt(send, 2, details);
  expect(await ledger.job('job')).toMatchObject({ state: 'CANCEL_REQUESTED', cancelAttempts: 1 });
});

it('an answer that the ledger could not take is kept, written later, and not asked for again', async () => {
  const send = () => cancelOperation(deps, { ...input(), operationName });
  loseLedger({ fromWrite: 2, writesLost: 1 });
  const first = await attempt(send);
  expect(first.failure?.type).toBe('Waiting');
  expect(await lines()).toEqual(['CANCEL_REQUESTED', 'ATTEMPT_BEGUN']);
  const second = await attempt(send, 2, first.details);
  expect(second.result).toMatchObject({ type: 'ACCEPTED' } satisfies Partial<CancelReply>);
  expect(cancels()).toHaveLength(1);
  expect(await lines()).toEqual(['CANCEL_REQUESTED', 'ATTEMPT_BEGUN', 'ATTEMPT_ANSWERED']);
});

it('an attempt that died leaves its begin without an answer, and the next has lines of its own', async () => {
  const send = () => cancelOperation(deps, { ...input(), operationName });
  loseLedger({ fromWrite: 2, writesLost: 1 });
  await attempt(send);
  // The process died: what it had heard went with it.
  await attempt(send, 2);
  const events = await ledger.events('job');
  const attempts = (type: string) =>
    events.filter((event) => event.type === type).map(({ detail }) => detail.attempt);
  expect(attempts('ATTEMPT_BEGUN')).toHaveLength(2);
  expect(attempts('ATTEMPT_ANSWERED')).toEqual(attempts('ATTEMPT_BEGUN').slice(1));
});

it('becomes blocked at the third error in a row, says so once, and says when it goes on', async () => {
  fake.fault({
    method: 'vault.operations.cancel',
    times: 4,
    answer: { kind: 'error', status: 'UNAVAILABLE' },
  });
  const send = () => cancelOperation(deps, { ...input(), operationName });
  let details: unknown;
  const seen: string[][] = [];
  for (const number of [1, 2, 3, 4, 5]) {
    ({ details } = await attempt(send, number, details));
    seen.push([...signals]);
  }
  expect(seen).toEqual([[], [], ['blocked'], ['blocked'], ['blocked', 'unblocked']]);
  expect((await lines()).filter((type) => type === 'BLOCKED' || type === 'UNBLOCKED')).toEqual([
    'BLOCKED',
    'UNBLOCKED',
  ]);
});

it('a block on the ledger itself is lifted, and both are written once it is back', async () => {
  const send = () => cancelOperation(deps, { ...input(), operationName });
  const bringBack = loseLedger();
  let details: unknown;
  for (const number of [1, 2, 3]) ({ details } = await attempt(send, number, details));
  expect(signals).toEqual(['blocked']);
  expect(cancels()).toEqual([]);
  bringBack();
  const { result } = await attempt(send, 4, details);
  expect(result).toMatchObject({ type: 'ACCEPTED' } satisfies Partial<CancelReply>);
  expect(signals).toEqual(['blocked', 'unblocked']);
  const blocks = (await lines()).filter((type) => type === 'BLOCKED' || type === 'UNBLOCKED');
  expect(blocks).toEqual(['BLOCKED', 'UNBLOCKED']);
});

it('an answer that waits for the ledger keeps the job blocked until it is written, and says so once', async () => {
  const send = () => cancelOperation(deps, { ...input(), operationName });
  const bringBack = loseLedger({ fromWrite: 2 });
  let { details } = await attempt(send);
  for (const number of [2, 3, 4, 5, 6]) ({ details } = await attempt(send, number, details));
  expect(signals).toEqual(['blocked']);
  bringBack();
  const { result } = await attempt(send, 7, details);
  expect(result).toMatchObject({ type: 'ACCEPTED' } satisfies Partial<CancelReply>);
  expect(signals).toEqual(['blocked', 'unblocked']);
  expect(cancels()).toHaveLength(1);
  const blocks = (await lines()).filter((type) => type === 'BLOCKED' || type === 'UNBLOCKED');
  expect(blocks).toEqual(['BLOCKED', 'UNBLOCKED']);
});

it('a tenant that the worker does not serve is a credential to mend, not a crash', async () => {
  deps.vaultFor = () => {
    const fields = { kind: 'misconfigured', origin: 'local', requestSent: false } as const;
    throw new VaultError('MISCONFIGURED: unknown tenant', fields);
  };
  const { failure } = await attempt(() => cancelOperation(deps, { ...input(), operationName }));
  expect(failure?.type).toBe('Waiting');
});

it('what a request said is written down also where nothing can be sent', async () => {
  const unserved = { ...deps, vaultFor: () => refuse() };
  const { failure } = await attempt(() => cancelOperation(unserved, { ...input(), operationName }));
  expect(failure?.type).toBe('Waiting');
  expect(await lines()).toEqual(['CANCEL_REQUESTED']);

  function refuse(): never {
    throw misconfigured('no such tenant');
  }
});
