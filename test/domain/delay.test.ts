import fc from 'fast-check';
import { heededWaitMs, LONGEST_SERVER_WAIT_MS, timerMs } from '../../src/domain/delay';

const HOSTILE = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.MAX_VALUE,
  -1,
  -0,
  8.64e15,
];
const anyNumber = fc.oneof(fc.double(), fc.constantFrom(...HOSTILE));

it('a server is never waited for longer than an hour, and never before now', () => {
  fc.assert(
    fc.property(anyNumber, (asked) => {
      const waitMs = heededWaitMs(asked);
      expect(waitMs).toBeGreaterThanOrEqual(0);
      expect(waitMs).toBeLessThanOrEqual(LONGEST_SERVER_WAIT_MS);
    }),
  );
});

it('what a server asks for within the hour is heeded', () => {
  expect([0, 1, 59_999, LONGEST_SERVER_WAIT_MS].map(heededWaitMs)).toEqual([
    0,
    1,
    59_999,
    LONGEST_SERVER_WAIT_MS,
  ]);
});

it('a timer is given a whole number of milliseconds that it can take', () => {
  fc.assert(
    fc.property(anyNumber, (ms) => {
      const given = timerMs(ms);
      expect(Number.isSafeInteger(given)).toBe(true);
      expect(given).toBeGreaterThanOrEqual(1);
    }),
  );
});

it('a wait that a request may ask for is not cut short', () => {
  const days = 24 * 60 * 60_000;
  expect([1, 57_600, 16 * days, 366 * days].map(timerMs)).toEqual([1, 57_600, 16 * days, 366 * days]);
});
