import fc from 'fast-check';
import { afterFirstCensus, applyCensus } from '../../src/domain/admission-census';
import { admissionPage } from '../../src/domain/admission-page';
import { placeOf, queueView } from '../../src/domain/admission-forecast';
import { admissionReportSchema } from '../../src/domain/admission-messages';
import type { AdmissionReport } from '../../src/domain/admission-messages';
import { exportQuotasSchema } from '../../src/domain/admission-quotas';
import type { ExportQuotas } from '../../src/domain/admission-quotas';
import {
  admissionStateSchema,
  applyReports,
  emptyAdmission,
  keptAdmission,
  MAX_ENTRIES,
  occupied,
} from '../../src/domain/admission-state';
import type { AdmissionState } from '../../src/domain/admission-state';
import {
  admit,
  capacity,
  changesAtMs,
  configuredSlots,
  takeBackStaleTurns,
  TURN_LIMIT_MS,
} from '../../src/domain/admission-turns';

const GOOGLES = exportQuotasSchema.parse({});
const MINUTE = GOOGLES.windowMs;
const UNPACED = exportQuotasSchema.parse({ createsPerMinute: 1000 });

function joining(jobId: string, change: Partial<Extract<AdmissionReport, { type: 'JOIN' }>> = {}) {
  return {
    type: 'JOIN' as const,
    jobId,
    runId: `run-${jobId}`,
    startedAtMs: Number(jobId.replaceAll(/\D/g, '')) || 0,
    priority: 3,
    stepId: '1',
    quotas: GOOGLES,
    ...change,
  };
}

const started = (jobId: string): AdmissionReport => ({
  type: 'STARTED',
  jobId,
  runId: `run-${jobId}`,
  startedAtMs: 0,
});

/** What follows when these come in, and who is let in then. */
function after(state: AdmissionState, nowMs: number, ...reports: AdmissionReport[]) {
  const told = applyReports(state, reports, nowMs);
  const { state: next, admitted } = admit(takeBackStaleTurns(told, nowMs), nowMs);
  return { state: next, admitted: admitted.map(({ jobId }) => jobId) };
}

/** So many that run, and nothing else. */
function running(count: number, quotas: ExportQuotas = UNPACED): AdmissionState {
  const jobs = Array.from({ length: count }, (_, n) => started(`running-${n}`));
  return after({ ...emptyAdmission(), quotas }, 0, ...jobs).state;
}

describe('turns', () => {
  it('are two a minute by default, counted from the answers of the creates', () => {
    const first = after(emptyAdmission(), 0, joining('j1'), joining('j2'), joining('j3'));
    expect(first.admitted).toEqual(['j1', 'j2']);
    const answered = after(first.state, 5_000, started('j1'), started('j2'));
    expect(answered.admitted).toEqual([]);
    expect(changesAtMs(answered.state, 5_000)).toBe(5_000 + MINUTE);
    expect(after(answered.state, 4_999 + MINUTE).admitted).toEqual([]);
    expect(after(answered.state, 5_000 + MINUTE).admitted).toEqual(['j3']);
  });

  it('go to nobody while as many are unanswered as the window takes', () => {
    const first = after(emptyAdmission(), 0, joining('j1'), joining('j2'), joining('j3'));
    expect(after(first.state, MINUTE).admitted).toEqual([]);
  });

  it('go first in, first out within a priority, by when the job was started', () => {
    const late = [
      joining('j9'),
      joining('j4', { priority: 5 }),
      joining('j5'),
      joining('j7', { priority: 1 }),
    ];
    const quotas = exportQuotasSchema.parse({ createsPerMinute: 1000 });
    const { admitted } = after(emptyAdmission(), 0, ...late.map((join) => ({ ...join, quotas })));
    expect(admitted).toEqual(['j7', 'j5', 'j9', 'j4']);
  });

  it('are taken back when they are neither used nor given back', () => {
    const first = after(emptyAdmission(), 0, joining('j1'), joining('j2'), joining('j3'));
    expect(changesAtMs(first.state, 0)).toBe(TURN_LIMIT_MS);
    const stale = after(first.state, TURN_LIMIT_MS);
    expect(stale.admitted).toEqual(['j3']);
    expect(placeOf(stale.state, 'j1', TURN_LIMIT_MS)).toEqual({ type: 'UNKNOWN' });
    expect(after(stale.state, TURN_LIMIT_MS, joining('j1')).admitted).toEqual(['j1']);
  });

  it('are given once, however often a job asks', () => {
    const quotas = UNPACED;
    const asked = after(emptyAdmission(), 0, joining('j1', { quotas }), joining('j1', { quotas }));
    expect(asked.admitted).toEqual(['j1']);
    const again = after(asked.state, 1, joining('j1', { quotas, runId: 'another' }));
    expect(again.admitted).toEqual([]);
    expect(occupied(again.state)).toBe(1);
    expect(placeOf(again.state, 'j1', 1)).toMatchObject({ type: 'ADMITTED' });
  });

  it('are not asked for by a step of a run that has used its own', () => {
    const { state } = after(emptyAdmission(), 0, joining('j1'), started('j1'));
    expect(placeOf(state, 'j1', 0, 'run-j1')).toEqual({ type: 'RUNNING' });
    // A run after a reset begins anew.
    expect(placeOf(state, 'j1', 0, 'another')).toEqual({ type: 'UNKNOWN' });
  });

  it('are asked for by a run of which only a census says that its export runs', () => {
    const census = { running: [{ jobId: 'j1', runId: 'run-j1', startedAtMs: 0 }], gone: [] };
    const state = afterFirstCensus(emptyAdmission(), census, 0);
    expect(placeOf(state, 'j1', 0, 'run-j1')).toEqual({ type: 'UNKNOWN' });
  });

  it('never exceed the window nor the slots, whatever the jobs do', () => {
    const step = fc.record({
      afterMs: fc.integer({ min: 0, max: 40_000 }),
      job: fc.integer({ min: 1, max: 9 }),
      act: fc.constantFrom('JOIN', 'STARTED', 'NOT_STARTED', 'LEFT'),
      priority: fc.integer({ min: 1, max: 5 }),
    });
    const quotas = exportQuotasSchema.parse({ runningExports: 5, reserve: 1, createsPerMinute: 3 });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        let state: AdmissionState = { ...emptyAdmission(), quotas };
        let nowMs = 0;
        const answered: number[] = [];
        for (const { afterMs, job, act, priority } of steps) {
          nowMs += afterMs;
          const jobId = `j${job}`;
          const isAdmitted = state.entries.get(jobId)?.standing === 'ADMITTED';
          // A create is answered by its job only, and only one that had its turn sends one.
          if (act === 'STARTED' && !isAdmitted) continue;
          if (isAdmitted && act !== 'JOIN') answered.push(nowMs);
          const report: AdmissionReport =
            act === 'JOIN'
              ? joining(jobId, { quotas, priority })
              : act === 'STARTED'
                ? started(jobId)
                : act === 'NOT_STARTED'
                  ? { type: act, jobId, mayHoldSlot: job % 2 === 0 }
                  : { type: act, jobId };
          state = admit(applyReports(state, [report], nowMs), nowMs).state;
          const inFlight = [...state.entries.values()].filter(
            ({ standing }) => standing === 'ADMITTED',
          ).length;
          const recent = answered.filter((atMs) => atMs > nowMs - quotas.windowMs).length;
          expect(recent + inFlight).toBeLessThanOrEqual(quotas.createsPerMinute);
          expect(occupied(state)).toBeLessThanOrEqual(configuredSlots(state));
          const handed = JSON.parse(JSON.stringify(keptAdmission(state)));
          expect(admissionStateSchema.parse(handed)).toEqual(state);
        }
      }),
    );
  });

  it('all come, in whatever order their creates are answered', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 50_000 }), { minLength: 1, maxLength: 25 }),
        (delays) => {
          const quotas = exportQuotasSchema.parse({ runningExports: 3, reserve: 0 });
          const joins = delays.map((_, n) => joining(`j${n + 1}`, { quotas }));
          let { state } = after(emptyAdmission(), 0, ...joins);
          let nowMs = 0;
          const begun: string[] = [];
          for (let guard = 0; guard < 1000 && state.entries.size > 0; guard++) {
            const admitted = [...state.entries.values()].find(({ standing }) => standing === 'ADMITTED');
            const holder = [...state.entries.values()].find(({ standing }) => standing === 'RUNNING');
            if (admitted) {
              begun.push(admitted.jobId);
              nowMs += delays[begun.length % delays.length]!;
              state = after(state, nowMs, started(admitted.jobId)).state;
            } else if (holder && occupied(state) === 3) {
              state = after(state, nowMs, { type: 'LEFT', jobId: holder.jobId }).state;
            } else if (changesAtMs(state, nowMs) === undefined) {
              state = after(state, nowMs, { type: 'LEFT', jobId: holder!.jobId }).state;
            } else {
              nowMs = changesAtMs(state, nowMs)!;
              state = after(state, nowMs).state;
            }
          }
          expect(begun).toEqual(joins.map(({ jobId }) => jobId));
        },
      ),
    );
  });
});

describe('slots', () => {
  it('are left for people as configured', () => {
    const { admitted } = after(
      running(17),
      1,
      joining('j1', { quotas: UNPACED }),
      joining('j2', { quotas: UNPACED }),
    );
    expect(admitted).toEqual(['j1']);
  });

  it('change with the configuration of the next job', () => {
    const roomy = exportQuotasSchema.parse({ ...UNPACED, reserve: 0 });
    const { admitted } = after(
      running(18),
      1,
      joining('j1', { quotas: UNPACED }),
      joining('j2', { quotas: roomy }),
    );
    expect(admitted).toEqual(['j1', 'j2']);
  });

  it('that Vault refuses are not assumed until a create succeeds beyond them', () => {
    const quotas = UNPACED;
    const tried = after(running(5), 0, joining('j1', { quotas }), joining('j2', { quotas, startedAtMs: 2 }));
    const refused = after(tried.state, 0, { type: 'FULL', jobId: 'j2' }, { type: 'FULL', jobId: 'j1' });
    expect(refused.admitted).toEqual([]);
    expect(capacity(refused.state)).toBe(5);
    expect(queueView(refused.state, 0).waiting.map(({ jobId }) => jobId)).toEqual(['j1', 'j2']);

    const ended = after(refused.state, 1, { type: 'LEFT', jobId: 'running-0' });
    expect(ended.admitted).toEqual(['j1']);
    const replaced = after(ended.state, 2, started('j1'));
    expect([capacity(replaced.state), replaced.admitted]).toEqual([5, []]);

    const probeAt = changesAtMs(replaced.state, 2)!;
    const probing = after(replaced.state, probeAt);
    expect(probing.admitted).toEqual(['j2']);
    expect(capacity(after(probing.state, probeAt, started('j2')).state)).toBe(18);
  });

  it('are tried again after longer and longer, up to a quarter of an hour', () => {
    let { state } = after(running(0), 0, joining('j1', { quotas: UNPACED }));
    let nowMs = 0;
    const waits: number[] = [];
    for (let tries = 0; tries < 7; tries++) {
      state = after(state, nowMs, { type: 'FULL', jobId: 'j1' }).state;
      const probeAt = changesAtMs(state, nowMs)!;
      waits.push((probeAt - nowMs) / MINUTE);
      nowMs = probeAt;
      const probing = after(state, nowMs);
      expect(probing.admitted).toEqual(['j1']);
      state = probing.state;
    }
    expect(waits).toEqual([1, 2, 4, 8, 15, 15, 15]);
  });

  it('are counted for a create that was not answered, until its job says what became of it', () => {
    const quotas = exportQuotasSchema.parse({ ...UNPACED, runningExports: 1, reserve: 0 });
    const sent = after(emptyAdmission(), 0, joining('j1', { quotas }), joining('j2', { quotas }));
    const lost = after(sent.state, 1, { type: 'NOT_STARTED', jobId: 'j1', mayHoldSlot: true });
    expect([occupied(lost.state), lost.admitted]).toEqual([1, []]);
    const again = after(lost.state, 2, joining('j1', { quotas }));
    expect(again.admitted).toEqual(['j1']);
    const refused = after(again.state, 3, { type: 'NOT_STARTED', jobId: 'j1', mayHoldSlot: false });
    expect(occupied(refused.state)).toBe(1);
    expect(after(refused.state, 4, { type: 'LEFT', jobId: 'j1' }).admitted).toEqual(['j2']);
  });
});

describe('a census', () => {
  it('frees what is gone and counts what runs, and leaves who waits where he is', () => {
    const quotas = exportQuotasSchema.parse({ ...UNPACED, runningExports: 2, reserve: 0 });
    const { state } = after(running(2, quotas), 0, joining('j1', { quotas }), joining('j2', { quotas }));
    const seen = { runId: 'r', startedAtMs: 0 };
    const counted = applyCensus(
      state,
      {
        gone: ['running-0', 'running-1'],
        running: [
          { jobId: 'adopted', ...seen },
          { jobId: 'j2', ...seen },
        ],
      },
      9,
    );
    expect(after(counted, 9).admitted).toEqual(['j1']);
    expect(counted.entries.get('adopted')?.standing).toBe('RUNNING');
    expect(counted.entries.get('j2')?.standing).toBe('WAITING');
  });

  it('that begins a queue amid running exports holds back for one window, since its creates are not known', () => {
    const asked = applyReports(emptyAdmission(), [joining('j1')], 0);
    const alone = afterFirstCensus(asked, { gone: [], running: [] }, 1);
    expect(admit(alone, 1).admitted).toHaveLength(1);
    const amid = afterFirstCensus(
      asked,
      { gone: [], running: [{ jobId: 'r', runId: 'r', startedAtMs: 0 }] },
      1,
    );
    expect(admit(amid, 1).admitted).toEqual([]);
    expect(changesAtMs(amid, 1)).toBe(1 + MINUTE);
    expect(admit(amid, 1 + MINUTE).admitted).toHaveLength(1);
  });
});

describe('slots in doubt', () => {
  const full = running(configuredSlots(running(0)));
  const ids = [...full.entries.keys()];
  const doubted = (state: AdmissionState, atMs: number, unconfirmed = ids) =>
    applyCensus(state, { running: [], gone: [], confirmed: [], unconfirmed }, atMs);
  const waiting = (state: AdmissionState) =>
    after(state, 1, ...['w1', 'w2', 'w3'].map((id) => joining(id))).state;
  const CENSUS = GOOGLES.censusMs;

  it('let one more be tried after two censuses, one at a time, and who is waited for is told', () => {
    const state = doubted(waiting(full), 10);
    expect(admit(state, 10).admitted).toEqual([]);
    expect(changesAtMs(state, 10)).toBe(10 + CENSUS);
    expect(placeOf(state, 'w1', 10 + CENSUS)).toMatchObject({
      held: { held: ids.length, slots: ids.length, inDoubt: ids.length, triedAtMs: 10 + CENSUS },
    });
    const tried = admit(state, 10 + CENSUS);
    expect(tried.admitted.map(({ jobId }) => jobId)).toEqual(['w1']);
    expect(admit(tried.state, 10 + CENSUS + MINUTE).admitted).toEqual([]);
    const begun = applyReports(tried.state, [started('w1')], 20 + CENSUS);
    expect(admit(begun, 20 + CENSUS).admitted).toEqual([]);
    expect(admit(begun, 20 + CENSUS + MINUTE).admitted.map(({ jobId }) => jobId)).toEqual(['w2']);
  });

  it('are tried after longer and longer where Vault refuses', () => {
    let state = doubted(waiting(full), 10);
    let nowMs = 10 + CENSUS;
    const waits: number[] = [];
    for (let refusals = 0; refusals < 6; refusals += 1) {
      const tried = admit(state, nowMs);
      expect(tried.admitted).toHaveLength(1);
      state = applyReports(tried.state, [{ type: 'FULL', jobId: tried.admitted[0]!.jobId }], nowMs);
      const next = changesAtMs(state, nowMs)!;
      waits.push((next - nowMs) / MINUTE);
      nowMs = next;
    }
    expect(waits).toEqual([2, 4, 8, 15, 15, 15]);
  });

  it('are none as soon as a census sees the exports run, and survive from run to run of the queue', () => {
    const state = doubted(waiting(full), 10);
    const kept = admissionStateSchema.parse(JSON.parse(JSON.stringify(keptAdmission(state))));
    expect(admit(kept, 10 + CENSUS).admitted).toHaveLength(1);
    const seen = applyCensus(kept, { running: [], gone: [], confirmed: ids, unconfirmed: [] }, 20);
    expect(admit(seen, 10 + CENSUS).admitted).toEqual([]);
    expect(changesAtMs(seen, 20)).toBeUndefined();
  });

  it('never let more run for certain than may', () => {
    // All but one are seen to run: with one tried in its stead there is no other to try.
    const state = doubted(waiting(full), 10, ids.slice(0, 1));
    const first = admit(state, 10 + CENSUS);
    const begun = applyReports(first.state, [started('w1')], 20 + CENSUS);
    expect(first.admitted).toHaveLength(1);
    expect(admit(begun, 20 + CENSUS + 60 * MINUTE).admitted).toEqual([]);
  });
});

describe('a forecast', () => {
  it('follows the create quota where slots are free', () => {
    const joins = [1, 2, 3, 4, 5].map((n) => joining(`j${n}`));
    const { state } = after(emptyAdmission(), 0, ...joins);
    const expected = queueView(state, 0).waiting.map(({ expectedAtMs }) => expectedAtMs);
    expect(expected).toEqual([MINUTE, MINUTE, 2 * MINUTE]);
    expect(placeOf(state, 'j4', 0)).toMatchObject({
      type: 'WAITING',
      position: 2,
      waiting: 3,
      expectedAtMs: MINUTE,
    });
  });

  it('follows how long slots were held so far where none is free, and says nothing before one ended', () => {
    const quotas = exportQuotasSchema.parse({ ...UNPACED, runningExports: 2, reserve: 0 });
    const full = after(running(2, quotas), 0, joining('j1', { quotas }), joining('j2', { quotas }));
    expect(queueView(full.state, 0).waiting[0]).not.toHaveProperty('expectedAtMs');
    const next = after(full.state, 600_000, { type: 'LEFT', jobId: 'running-0' }, joining('j3', { quotas }));
    expect(next.admitted).toEqual(['j1']);
    expect(placeOf(next.state, 'j3', 600_000)).toMatchObject({ position: 2, expectedAtMs: 1_200_000 });
  });
});

it('a report that is none is refused as a whole, and one of a stranger changes nothing', () => {
  for (const payload of [undefined, null, 7, {}, { type: 'JOIN' }, { ...joining('x'), priority: 9 }])
    expect(admissionReportSchema.safeParse(payload).success).toBe(false);
  const state = running(1);
  for (const report of [
    { type: 'LEFT', jobId: 'nobody' },
    { type: 'NOT_STARTED', jobId: 'nobody', mayHoldSlot: true },
    { type: 'NOT_STARTED', jobId: 'running-0', mayHoldSlot: true },
  ] as const)
    expect(applyReports(state, [report], 1).entries).toEqual(state.entries);
});

it('a full queue is well below what a payload may carry, and takes nobody more', () => {
  const long = 'x'.repeat(190);
  const joins = Array.from({ length: MAX_ENTRIES + 1 }, (_, n) =>
    joining(`${long}${n}`, { runId: crypto.randomUUID() }),
  );
  const state = applyReports(emptyAdmission(), joins, 1e12);
  expect(state.entries.size).toBe(MAX_ENTRIES);
  expect(Buffer.byteLength(JSON.stringify(keptAdmission(state)))).toBeLessThan(1_500_000);
  expect(placeOf(state, `${long}${MAX_ENTRIES}`, 0)).toEqual({ type: 'UNKNOWN' });
  expect(Buffer.byteLength(admissionPage(state, 1e12))).toBeLessThan(20_000);
});
