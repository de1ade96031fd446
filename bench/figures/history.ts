import { limitRow } from '../figure';
import type { Figure } from '../figure';
import type { BenchStage } from '../stage/bench-stage';
import { setTimeout as delay } from 'node:timers/promises';

/** Looks a minute at the default cadence, and those of 15 days, at a pace of the bench's own. */
const LOOKS = { 'after 12 looks, a minute’s worth': 12, 'after 30 looks, each as of another day': 30 };
const LOOK = { minMs: 400, maxMs: 400, ageFraction: 0 };
const QUICK = {
  poll: LOOK,
  confirmPoll: LOOK,
  backoffMinMs: 200,
  backoffMaxMs: 800,
  cancelSettleMs: 2_000,
  settleReads: 2,
};

/** Events of a job from its start over watch, cancel and confirmation to its record, the ledger on. */
export const history: Figure = {
  name: 'history',
  measure: async ({ stage: start, progress }) => {
    const stage = await start();
    progress('exports, one with an outage');
    const [troubled, ...rows] = await Promise.all([
      eventsOf(stage, 'history-outage', 12, true),
      ...Object.entries(LOOKS).map(async ([title, looks]) => {
        const events = await eventsOf(stage, `history-${looks}`, looks);
        return limitRow(`History of an export, cancelled ${title}`, 'events', events, { atMost: 60 });
      }),
    ]);
    const calm = rows[0]?.value ?? 0;
    return [...rows, limitRow('History events more for an outage', 'events', troubled - calm, { atMost: 8 })];
  },
};

async function eventsOf(stage: BenchStage, name: string, looks: number, outage = false): Promise<number> {
  const { jobId } = await stage.jobs.startExport({
    matterId: stage.matterId,
    source: { type: 'create', name, query: { corpus: 'MAIL', dataScope: 'ALL_DATA', method: 'ENTIRE_ORG' } },
    timing: QUICK,
  });
  const exportId = await madeExport(stage, name);
  if (outage) {
    stage.fake.fault({
      method: 'vault.matters.exports.get',
      match: { exportId },
      times: 6,
      answer: { kind: 'error', status: 'UNAVAILABLE' },
    });
  }
  await untilLooked(stage, exportId, looks);
  const handle = stage.temporal.workflow.getHandle(jobId);
  await handle.signal('cancel', { reason: 'bench' });
  await handle.result();
  return (await handle.describe()).historyLength;
}

async function madeExport(stage: BenchStage, name: string): Promise<string> {
  for (;;) {
    const found = stage.fake.state().exports.find((made) => made.name.startsWith(`${name}-vj`));
    if (found) return found.id;
    await delay(50);
  }
}

async function untilLooked(stage: BenchStage, exportId: string, looks: number): Promise<void> {
  while (stage.fake.log({ method: 'vault.matters.exports.get', exportId }).length < looks) await delay(100);
}
