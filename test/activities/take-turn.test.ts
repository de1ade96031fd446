import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { takeTurn } from '../../activities/admission/take-turn';
import type { AdmissionPort } from '../../activities/admission/admission-port';
import type { ActivityDeps } from '../../activities/deps';
import { createExportReader } from '../../activities/reading/export-reader';
import { WalkPace } from '../../activities/walk-pace';
import type { Place } from '../../src/domain/admission-messages';
import { timingSchema } from '../../src/domain/timing';
import type { Ledger } from '../../src/ledger/ledger';
import { openLedger } from '../../src/ledger/open-ledger';
import { NO_QUOTAS } from '../support/no-quotas';

let ledger: Ledger;
let joins: string[];

beforeEach(async () => {
  ledger = await openLedger(':memory:', { namespace: 'default' });
  joins = [];
});
afterEach(() => ledger.close());

/** A second attempt of the step, for which the queue has this answer. */
async function lookAgainAt(place: Place): Promise<string | undefined> {
  const admission: AdmissionPort = {
    join: async ({ jobId }) => void joins.push(jobId),
    placeOf: async () => place,
    report: async () => undefined,
    endWaiting: async () => false,
    openExports: async () => [],
    isOpen: async () => true,
    quotasFor: () => NO_QUOTAS,
  };
  const vaultFor = () => {
    throw new Error('Vault is not asked');
  };
  const deps: ActivityDeps = {
    ledger,
    vaultFor,
    exportReader: createExportReader({ vaultFor, ledger, worker: 'worker' }),
    identity: { clusterId: 'cluster', namespace: 'default' },
    nativeCancelOf: async () => ({}),
    isOpen: async () => false,
    signalJob: async () => undefined,
    walkPace: new WalkPace(),
    admission,
  };
  const startedAt = new Date().toISOString();
  const job = { jobId: 'job', runId: 'run', kind: 'export' as const, tenant: 'default', startedAt };
  const journal = { job, remote: {}, entries: [] };
  const input = { journal, timing: timingSchema.parse({}), priority: 3 };
  const heartbeatDetails = { step: 'queue', state: { waitingSince: startedAt }, unwritten: [] };
  const env = new MockActivityEnvironment({ attempt: 2, heartbeatDetails });
  const end: unknown = await env.run(() => takeTurn(deps, input)).catch((error: unknown) => error);
  if (!(end instanceof ApplicationFailure)) throw new Error(`The step ended otherwise: ${String(end)}`);
  return end.type ?? undefined;
}

it('a step that the queue has forgotten joins it again', async () => {
  expect(await lookAgainAt({ type: 'UNKNOWN' })).toBe('LookAgain');
  expect(joins).toEqual(['job']);
});

it('a step whose run has made its export meanwhile asks for no second turn', async () => {
  const at = new Date().toISOString();
  const job = { jobId: 'job', runId: 'run', kind: 'export' as const, tenant: 'default', startedAt: at };
  const begun = { id: 'begun', at, type: 'ATTEMPT_BEGUN' as const, detail: { step: 'create', attempt: 'a' } };
  await ledger.write({ job, remote: {}, entries: [begun] });
  expect(await lookAgainAt({ type: 'RUNNING' })).toBe('LookAgain');
  expect(joins).toEqual([]);
});

it('a step whose queue was told by somebody else that its export runs asks for its turn again', async () => {
  expect(await lookAgainAt({ type: 'RUNNING' })).toBe('LookAgain');
  expect(joins).toEqual(['job']);
});
