import fc from 'fast-check';
import { JOB_STATES } from '../../src/domain/outcome';
import type { Behaviour } from '../../src/fake-vault';
import { accessPlan, batchFaults, jobFaults } from './draw-faults';
import type { BatchSchedule, CancelPlan, JobSchedule } from './schedule';
import { QUICK } from './quick';

type CancelBehaviour = NonNullable<Behaviour['cancel']>;

const maybe = <T>(weight: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 10 - weight, arbitrary: fc.constant(undefined) }, { weight, arbitrary });

const soon = fc.integer({ min: 0, max: 5000 });

const cancelBehaviour: fc.Arbitrary<CancelBehaviour> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('honoured' as const),
      afterMs: fc.integer({ min: 0, max: 1500 }),
      exportThen: fc.constantFrom('fails', 'completes', 'stays-in-progress', 'vanishes', 'as-planned'),
      exportAfterMs: fc.integer({ min: 0, max: 1500 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('completes-anyway' as const), afterMs: soon }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'never-ends' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('refused' as const),
      status: fc.constantFrom(
        'UNIMPLEMENTED',
        'UNIMPLEMENTED',
        'FAILED_PRECONDITION',
        'NOT_FOUND',
        'INVALID_ARGUMENT',
        'PERMISSION_DENIED',
        'UNAVAILABLE',
      ),
    }),
  },
);

const operationEnd = fc.record({
  end: fc.constantFrom('response', 'error', 'neither', 'never'),
  afterMs: soon,
  code: fc.constantFrom(1, 2, 5, 9, 13, 14),
});

const behaviour: fc.Arbitrary<Behaviour> = fc
  .record({
    end: fc.constantFrom('complete', 'complete', 'fail', 'never', 'never'),
    afterMs: soon,
    operation: maybe(2, operationEnd),
    cancel: cancelBehaviour,
    linked: fc.constantFrom(true, true, false),
    // An absence counts after the settle time, so nothing may be listed later than that.
    listedAfterMs: maybe(4, fc.integer({ min: 0, max: QUICK.createSettleMs - 100 })),
    vanishAfterMs: maybe(1, fc.integer({ min: 300, max: 5000 })),
    status: maybe(1, fc.constant('A_VALUE_OF_TOMORROW')),
    child: maybe(
      2,
      fc.record({
        end: fc.constantFrom('complete', 'fail', 'never'),
        afterMs: soon,
        listedAfterMs: fc.integer({ min: 0, max: 1000 }),
      }),
    ),
  })
  .map((drawn) => withoutUndefined(drawn));

const condition = fc.oneof(
  fc.record({ states: fc.subarray([...JOB_STATES], { minLength: 1 }) }),
  fc.record({ olderThan: fc.constantFrom('1ms', '2s', '1h') }),
);

const cancelPlan: fc.Arbitrary<CancelPlan> = fc.record({
  atMs: fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(0, 30, 100, 300) },
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 6000 }) },
  ),
  door: fc.constantFrom('signal', 'signal', 'update', 'native', 'client'),
  request: fc
    .record({
      requestId: maybe(5, fc.constantFrom('first', 'second')),
      onlyIf: maybe(2, condition),
      allowDelete: maybe(1, fc.constant(false as const)),
    })
    .map((drawn) => withoutUndefined(drawn)),
});

const job = (startsWithinMs: number): fc.Arbitrary<JobSchedule> =>
  fc
    .record({
      shape: fc.constantFrom(
        'export',
        'export',
        'export',
        'count',
        'count',
        'adopted-export',
        'adopted-count',
        'adopted-export-operation',
      ),
      startMs: fc.integer({ min: 0, max: startsWithinMs }),
      behaviour,
      whenNotCancellable: fc.constantFrom('keep-watching', 'delete-export'),
      limits: fc
        .record({
          lastLimitMs: fc.integer({ min: 9000, max: 12_000 }),
          confirmWithinMs: fc.integer({ min: 300, max: 3000 }),
          deadlineMs: maybe(2, fc.integer({ min: 1, max: 7000 })),
        })
        .map((drawn) => withoutUndefined(drawn)),
      named: maybe(3, fc.constant(true as const)),
      linkAtMs: maybe(2, soon),
      cancels: fc.array(cancelPlan, { maxLength: 3 }),
      faults: jobFaults,
      access: maybe(2, accessPlan),
    })
    .map((drawn) => withoutUndefined(drawn));

const crash = (startsWithinMs: number) =>
  fc.record({
    atMs: fc.integer({ min: 100, max: startsWithinMs + 6000 }),
    downMs: fc.integer({ min: 0, max: 1500 }),
  });

/** Jobs start one after the other: a worker that is swamped meets none of them at a chosen moment. */
const START_EVERY_MS = 90;

/** Jobs that share a worker. */
export function drawBatch(size: number): fc.Arbitrary<BatchSchedule> {
  const startsWithinMs = size * START_EVERY_MS;
  // Without bias: it would draw most times near zero, where jobs are stopped before they are made.
  return fc.noBias(
    fc
      .record({
        operationsList: fc.constantFrom('served', 'served', 'unimplemented'),
        cancelFinished: fc.constantFrom('failed-precondition', 'ok'),
        listOrder: fc.constantFrom('oldest-first', 'newest-first'),
        crashes: fc.array(crash(startsWithinMs), { maxLength: 2 }),
        faults: batchFaults,
        revokeTokensAtMs: maybe(3, soon),
        jobs: fc.array(job(startsWithinMs), { minLength: size, maxLength: size }),
      })
      .map((drawn) => withoutUndefined(drawn)),
  );
}

/** JSON has no undefined: a schedule that is printed and read again is the same one. */
type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

function withoutUndefined<T extends object>(value: T): Defined<T> {
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the filter does what the type says
  return Object.fromEntries(entries) as Defined<T>;
}
