import type { LedgerEvent } from '../../src/domain/ledger-event';
import { OUTCOMES } from '../../src/domain/outcome';
import {
  cancelAnswerBeyond,
  isPossiblyOurs,
  mayHaveDeleted,
  priorCreate,
} from '../../src/domain/prior-calls';

const settle = { requestTimeoutMs: 30_000, createSettleMs: 120_000 };
const BEGUN_AT = '2026-11-01T00:00:00.000Z';

function event(type: LedgerEvent['type'], detail: LedgerEvent['detail'], at = BEGUN_AT): LedgerEvent {
  return { id: `${type}-${JSON.stringify(detail)}`, at, type, detail };
}
const begun = (attempt: string, step = 'create') => event('ATTEMPT_BEGUN', { step, attempt });
const answered = (attempt: string, detail: LedgerEvent['detail'], step = 'create') =>
  event('ATTEMPT_ANSWERED', { step, attempt, ...detail });

it('knows nothing where nothing was begun', () => {
  expect(priorCreate([event('STARTED', {})], settle)).toEqual({ type: 'NONE' });
});

it('finds what an attempt made', () => {
  const events = [
    begun('1'),
    answered('1', { executed: false }),
    begun('2'),
    answered('2', { answer: 'OK', remoteName: 'exportly-1', createTime: BEGUN_AT }),
  ];
  expect(priorCreate(events, settle)).toEqual({
    type: 'CREATED',
    remoteName: 'exportly-1',
    createTime: BEGUN_AT,
  });
});

it('counts an attempt that was killed before its answer as unknown until its reply and the list had time', () => {
  const begunAtMs = Date.parse(BEGUN_AT);
  expect(priorCreate([begun('1')], settle)).toEqual({
    type: 'UNKNOWN',
    unanswered: 1,
    begunAtMs,
    settledAtMs: begunAtMs + 150_000,
  });
});

it('counts an attempt whose answer leaves it open as unknown', () => {
  expect(priorCreate([begun('1'), answered('1', { executed: 'unknown' })], settle).type).toBe('UNKNOWN');
});

it('counts an attempt that was refused unexecuted as none', () => {
  expect(priorCreate([begun('1'), answered('1', { executed: false })], settle)).toEqual({ type: 'NONE' });
});

it('takes a later refusal for no answer to an earlier attempt', () => {
  const events = [begun('1'), begun('2'), answered('2', { executed: false })];
  expect(priorCreate(events, settle).type).toBe('UNKNOWN');
});

it('tells deletes from creates, and those refused unexecuted from the rest', () => {
  expect(mayHaveDeleted([begun('1')])).toBe(false);
  expect(mayHaveDeleted([begun('1', 'delete')])).toBe(true);
  expect(mayHaveDeleted([begun('1', 'delete'), answered('1', { executed: false }, 'delete')])).toBe(false);
});

it('takes the attempt under way for none that went before it', () => {
  expect(mayHaveDeleted([begun('1', 'delete')], '1')).toBe(false);
  expect(mayHaveDeleted([begun('1', 'delete'), begun('2', 'delete')], '2')).toBe(true);
});

describe('a cancel whose answer was lost', () => {
  const lost = [begun('1', 'cancel'), answered('1', { executed: 'unknown' }, 'cancel')];

  it.each(OUTCOMES)('is named with %s only where it may be the cause', (outcome) => {
    const ends = ['CANCELLED', 'FAILED', 'VANISHED', 'ENDED_UNKNOWN'];
    expect(isPossiblyOurs(outcome, 'ALREADY_FINISHED', lost)).toBe(ends.includes(outcome));
    expect(isPossiblyOurs(outcome, 'ACCEPTED', lost)).toBe(false);
    expect(isPossiblyOurs(outcome, 'ALREADY_FINISHED', [begun('1')])).toBe(false);
  });
});

describe('an answer to :cancel that the job never heard of', () => {
  const ok = [begun('1', 'cancel'), answered('1', { answer: 'OK' }, 'cancel')];

  it('counts, since it was given', () => {
    expect(cancelAnswerBeyond('PENDING', ok)).toEqual({ disposition: 'ACCEPTED', acceptedAt: BEGUN_AT });
    expect(cancelAnswerBeyond('NOT_FOUND', ok)).toMatchObject({ disposition: 'ACCEPTED' });
    const refused = answered('2', { answer: 'UNIMPLEMENTED' }, 'cancel');
    expect(cancelAnswerBeyond('PENDING', [refused])).toEqual({ disposition: 'UNSUPPORTED' });
  });

  it('adds nothing to what the job knows, and nothing where the last one settles nothing', () => {
    expect(cancelAnswerBeyond('ACCEPTED', ok)).toBeUndefined();
    const unavailable = answered('1', { answer: 'TRANSIENT' }, 'cancel');
    expect(cancelAnswerBeyond('PENDING', [unavailable])).toBeUndefined();
    expect(cancelAnswerBeyond('PENDING', [begun('1', 'cancel')])).toBeUndefined();
  });
});
