import fc from 'fast-check';
import { censusSchema } from '../../src/domain/admission-census';
import { admissionReportSchema } from '../../src/domain/admission-messages';
import { queueView } from '../../src/domain/admission-forecast';
import { admissionPage } from '../../src/domain/admission-page';
import { applyReports, emptyAdmission, keptAdmission } from '../../src/domain/admission-state';
import type { AdmissionState } from '../../src/domain/admission-state';
import { admit, takeBackStaleTurns } from '../../src/domain/admission-turns';
import { readCancelRequest, unmetCondition } from '../../src/domain/cancel-request';
import { parseDuration } from '../../src/domain/duration';
import { blockedSchema } from '../../src/domain/job-record';
import * as answers from '../../src/domain/step-answers';
import { hostileValue, placesIn, replaceAt } from '../chaos/hostile-values';
import type { JsonValue } from '../../src/domain/json';

const RUNS = { numRuns: Number(process.env.FUZZ_RUNS ?? 500) };

/** A valid message with a hostile value in one place of it, or a hostile value alone. */
function spoiled(template: JsonValue): fc.Arbitrary<JsonValue> {
  const place = fc.constantFrom(...placesIn(template));
  return fc.oneof(
    hostileValue,
    fc.tuple(place, hostileValue).map(([path, value]) => replaceAt(template, path, value)),
  );
}

const digits = fc.integer({ min: 1, max: 400 }).map((length) => '9'.repeat(length));
const durations = fc
  .tuple(digits, fc.constantFrom('', '.5', '.'), fc.constantFrom('ms', 's', 'd', ' w', 'x', ''))
  .map((parts) => parts.join(''));

it('a duration of any length is read, or is none', () => {
  fc.assert(
    fc.property(durations, (text) => {
      const ms = parseDuration(text);
      expect(ms === undefined || (ms > 0 && ms <= Number.MAX_SAFE_INTEGER)).toBe(true);
    }),
    RUNS,
  );
});

const cancel = {
  requestId: 'id',
  requestedBy: 'somebody',
  reason: 'why',
  source: 'native',
  onlyIf: { states: ['RUNNING'], olderThan: '1h' },
  allowDelete: false,
  undecodable: true,
};

it('a request to cancel is read whatever it carries, and stays small', () => {
  const payloads = fc.oneof(
    spoiled(cancel),
    durations.map((olderThan) => ({ ...cancel, onlyIf: { olderThan } })),
    fc.constant({ ...cancel, onlyIf: { states: Array.from({ length: 5_000 }, () => 'RUNNING') } }),
  );
  fc.assert(
    fc.property(payloads, (payload) => {
      const raw = { source: 'signal' as const, payload, receivedAt: '2026-01-01T00:00:00Z', fallbackId: 'f' };
      const request = readCancelRequest(raw);
      unmetCondition(request.onlyIf, { state: 'RUNNING', ageMs: 1 });
      expect(JSON.stringify(request).length).toBeLessThan(10_000);
    }),
    RUNS,
  );
});

it('a word of a job’s own step is read, or refused', () => {
  const blocked = { on: 'vault', since: '2026-01-01T00:00:00Z', during: 'watch', detail: 'x' };
  fc.assert(
    fc.property(spoiled(blocked), (payload) => {
      const read = blockedSchema.safeParse(payload);
      expect(JSON.stringify(read.data ?? {}).length).toBeLessThan(15_000);
    }),
    RUNS,
  );
});

/** What one payload of Temporal's may carry. */
const PAYLOAD_BYTES = 2_000_000;

const ids = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1000 }),
  fc.integer({ min: 0, max: 50 }).map((n) => `export-${n}`),
  fc.integer({ min: 0, max: 1000 }).map((n) => `${n}`.padEnd(1000, '\u0001')),
);
const quotas = { runningExports: 20, reserve: 2, createsPerMinute: 2, windowMs: 60_000, censusMs: 300_000 };
const reports = fc.oneof(
  spoiled({
    type: 'JOIN',
    jobId: 'a',
    runId: 'r',
    startedAtMs: 1,
    priority: 3,
    stepId: '1',
    quotas,
  }),
  fc.record({
    type: fc.constantFrom('JOIN', 'STARTED', 'FULL', 'NOT_STARTED', 'LEFT'),
    jobId: ids,
    runId: fc.oneof(fc.uuid(), ids),
    startedAtMs: fc.nat(),
    priority: fc.integer({ min: 1, max: 5 }),
    stepId: fc.oneof(fc.constant('7'), ids),
    mayHoldSlot: fc.boolean(),
  }),
);

function afterReports(state: AdmissionState, payloads: readonly unknown[], nowMs: number): AdmissionState {
  const read = payloads.map((payload) => admissionReportSchema.safeParse(payload));
  const taken = read.flatMap((report) => (report.success ? [report.data] : []));
  return admit(takeBackStaleTurns(applyReports(state, taken, nowMs), nowMs), nowMs).state;
}

it('the queue takes any reports in any order, and can always be shown', () => {
  fc.assert(
    fc.property(fc.array(reports, { maxLength: 30 }), (payloads) => {
      const state = afterReports({ ...emptyAdmission(), rules: 2 }, payloads, 1_000_000);
      queueView(state, 1_000_000);
      admissionPage(state, 1_000_000);
      expect(state.quotas).toEqual(emptyAdmission().quotas);
    }),
    RUNS,
  );
});

it.each([
  ['of 1,000 characters', (n: number) => `${n}-`.padEnd(1000, 'x')],
  ['that take six bytes a character', (n: number) => `${n}-`.padEnd(1000, '\u0001')],
  ['of the length that ours have', (n: number) => `${n}-`.padEnd(200, 'x')],
])('ten thousand reports with ids %s stay below what one payload may carry', (_, idOf) => {
  const payloads = Array.from({ length: 10_000 }, (__, n) => ({
    type: n % 2 === 0 ? 'STARTED' : 'JOIN',
    jobId: idOf(n),
    runId: 'r'.repeat(36),
    stepId: '1234',
    startedAtMs: 1_700_000_000_000,
    priority: 3,
  }));
  const state = afterReports({ ...emptyAdmission(), rules: 2 }, payloads, 1_700_000_000_000);
  const bytes = Buffer.byteLength(JSON.stringify(keptAdmission(state)));
  expect(bytes).toBeLessThan(PAYLOAD_BYTES);
  expect(Buffer.byteLength(JSON.stringify(queueView(state, 1)))).toBeLessThan(PAYLOAD_BYTES);
});

it('a step’s result is taken as an answer, or is none', () => {
  const results = fc.oneof(
    spoiled({ type: 'CREATED', exportId: 'e', createTime: '2026-01-01T00:00:00Z' }),
    spoiled({
      type: 'ACCEPTED',
      detail: '',
      sentAt: '2026-01-01T00:00:00Z',
      answeredAt: '2026-01-01T00:00:00Z',
    }),
    spoiled({ proof: { type: 'GONE', expired: false }, children: [{ exportId: 'e', status: 'FAILED' }] }),
    spoiled({ running: [{ jobId: 'a', runId: 'r', startedAtMs: 1 }], gone: ['b'], quotas }),
  );
  fc.assert(
    fc.property(results, (result) => {
      const read = [...Object.values(answers), censusSchema].filter(
        (schema) => schema.safeParse(result).success,
      );
      expect(read.length).toBeLessThanOrEqual(4);
    }),
    RUNS,
  );
});
