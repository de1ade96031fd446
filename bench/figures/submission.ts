import { setTimeout as delay } from 'node:timers/promises';
import type { RequestLogEntry } from '../../src/fake-vault';
import { limitRow } from '../figure';
import type { BenchContext, Figure, Row } from '../figure';
import { setBenchStage } from '../stage/bench-stage';
import type { BenchStage } from '../stage/bench-stage';
import { inTurns } from '../stage/running';

interface Wave {
  title: string;
  exports: number;
  /** By how much Vault's limits are multiplied, so that many exports take a bearable time. */
  times: number;
}

const CREATES_PER_MINUTE = 2;
const RUNNING_EXPORTS = 20;
/** Of one export: then the creates are what limits, and most of the slots are taken. */
const EXPORT_MINUTES = 8;
const MINUTE_MS = 60_000;
/** The minute stays a minute: Temporal's timers may be a second late, which in a shorter one would be all that is seen. */
const MANY: Wave = { title: '500 exports at once, limits × 84', exports: 500, times: 84 };
const UNCOMPRESSED: Wave = { title: '6 exports at Google’s real rates', exports: 6, times: 1 };

/** How near exports that are submitted together come to what Vault's limits allow, and what Vault refuses meanwhile. */
export const submission: Figure = {
  name: 'submission',
  measure: async ({ progress }: BenchContext) => {
    // The slow one only waits: it disturbs the other by two requests a minute.
    const waves = [MANY, UNCOMPRESSED].map((wave) => play(wave, progress));
    return (await Promise.all(waves)).flat();
  },
};

async function play(wave: Wave, progress: (text: string) => void): Promise<Row[]> {
  const { title, exports: count, times } = wave;
  const runningExports = times * RUNNING_EXPORTS;
  const stage = await setBenchStage({
    fake: {
      limits: { perMinute: true, factor: times, runningExports },
      durations: { exportMs: EXPORT_MINUTES * MINUTE_MS },
    },
    quotas: { reserve: 0, runningExports, createsPerMinute: times * CREATES_PER_MINUTE },
  });
  try {
    await inTurns(count, async (index) => submit(stage, `wave-${index}`));
    const creates = await untilCreated(stage, count, (made) => progress(`${title}: ${made} made`));
    const refused = stage.fake.log().filter(({ status }) => status === 429 || status === 403);
    return [
      limitRow(`${title}: of the creates that the limit allows`, '%', 100 * shareOfLimit(creates, wave), {
        atLeast: 95,
      }),
      limitRow(`${title}: refused for a quota or a limit`, 'calls', refused.length, { atMost: 0 }),
    ];
  } finally {
    await stage.close();
  }
}

async function submit(stage: BenchStage, name: string): Promise<void> {
  await stage.jobs.startExport({
    matterId: stage.matterId,
    source: { type: 'create', name, query: { corpus: 'MAIL', dataScope: 'ALL_DATA', method: 'ENTIRE_ORG' } },
  });
}

/** Those that made an export. */
async function untilCreated(
  stage: BenchStage,
  count: number,
  progress: (made: number) => void,
): Promise<RequestLogEntry[]> {
  for (;;) {
    const creates = stage.fake.log({ method: 'vault.matters.exports.create' }).filter(({ effect }) => effect);
    progress(creates.length);
    if (creates.length >= count) return creates;
    await delay(500);
  }
}

/** As many go at once as a minute allows, and as many again for each minute that has passed. */
function shareOfLimit(creates: readonly RequestLogEntry[], { times }: Wave): number {
  const sent = creates.map(({ timeMs }) => timeMs);
  const tookMs = Math.max(...sent) - Math.min(...sent);
  const leastMs = (Math.ceil(creates.length / (times * CREATES_PER_MINUTE)) - 1) * MINUTE_MS;
  return leastMs / tookMs;
}
