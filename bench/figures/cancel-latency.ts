import { setTimeout as delay } from 'node:timers/promises';
import { ratioRow } from '../figure';
import type { BenchContext, Figure, Row } from '../figure';
import { startTemporalOnPostgres, whyNoTemporalOnPostgres } from '../../test/support/temporal-on-postgres';
import { setBenchStage } from '../stage/bench-stage';
import type { BenchStage } from '../stage/bench-stage';
import { runBare, runJobs } from '../stage/running';
import type { Running } from '../stage/running';
import { percentile, preciseNow } from '../statistics';

const WATCHED = 200;
const SAMPLES = 300;
/** Cancelled before these and not counted: a worker's first calls fetch a token and run code that is not compiled yet. */
const WARM_UPS = 20;
const CANCELS = WARM_UPS + SAMPLES;
/** Looks go on meanwhile, as often as at exports: so many operations Vault's quota would not let be looked at more often. */
const WATCHING = { minMs: 14_000, maxMs: 57_600, ageFraction: 0.4 };

/** From the signal's acknowledgement to the arrival of `:cancel` in Vault, while others are being watched. */
export const cancelLatency: Figure = {
  name: 'cancel-latency',
  measure: async (context) => {
    const stage = await context.stage();
    return measureOn(stage, context, 'dev server');
  },
};

/** The same where both Temporal and the ledger are on PostgreSQL. */
export const cancelLatencyOnPostgres: Figure = {
  name: 'cancel-latency-postgres',
  measure: async (context) => {
    const unavailable = whyNoTemporalOnPostgres();
    if (unavailable !== undefined) {
      context.progress(`not measured: ${unavailable}`);
      return [];
    }
    const server = await startTemporalOnPostgres();
    try {
      const stage = await setBenchStage({ address: server.address, ledgerUrl: server.ledgerUrl });
      try {
        return await measureOn(stage, context, 'PostgreSQL');
      } finally {
        await stage.close();
      }
    } finally {
      await server.stop();
    }
  },
};

async function measureOn(stage: BenchStage, context: BenchContext, server: string): Promise<Row[]> {
  context.progress(`${WATCHED} jobs to watch`);
  await runJobs(stage, WATCHED, WATCHING);
  context.progress('jobs to cancel, ours and bare ones');
  const own = await runJobs(stage, CANCELS, WATCHING);
  const bare = await runBare(stage, 'bareCancel', CANCELS);
  const acknowledged = new Map<string, number>();
  stage.fake.clearLog();
  for (let index = 0; index < CANCELS; index += 1) {
    context.progress(`cancel ${index + 1} of ${CANCELS}`);
    // In turn, at a random phase: whatever slows the machine slows both.
    for (const running of [own[index], bare[index]]) {
      if (running) await cancelOne(stage, running, acknowledged);
    }
  }
  const latencies = await latenciesOf(stage, acknowledged);
  const of = (jobs: readonly Running[], p: number) =>
    percentile(
      jobs.slice(WARM_UPS).map(({ operationName }) => latencies.get(operationName) ?? Number.NaN),
      p,
    );
  const row = (name: string, p: number, atMost: number) =>
    ratioRow(
      `Cancel latency ${name}, ${WATCHED} jobs watched, ${server}`,
      'ms',
      of(own, p),
      { name: 'bare workflow', value: of(bare, p) },
      { atMost },
    );
  return [row('p50', 0.5, 1.15), row('p99', 0.99, 1.25)];
}

async function cancelOne(
  stage: BenchStage,
  { id, operationName }: Running,
  acknowledged: Map<string, number>,
): Promise<void> {
  await delay(20 + Math.random() * 80);
  await stage.temporal.workflow.getHandle(id).signal('cancel');
  acknowledged.set(operationName, preciseNow());
}

/** By operation. Waits until each `:cancel` has arrived. */
async function latenciesOf(
  stage: BenchStage,
  acknowledged: ReadonlyMap<string, number>,
): Promise<Map<string, number>> {
  for (;;) {
    const latencies = new Map<string, number>();
    for (const { operationName = '', timeMs } of stage.fake.log({ method: 'vault.operations.cancel' })) {
      const at = acknowledged.get(operationName);
      if (at !== undefined && !latencies.has(operationName)) latencies.set(operationName, timeMs - at);
    }
    if (latencies.size === acknowledged.size) return latencies;
    await delay(100);
  }
}
