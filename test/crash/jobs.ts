import type { JobRecord } from '../../src/domain/job-record';
import type { CountJobInput, ExportJobInput } from '../../src/domain/job-request';
import { QUICK } from '../support/stage';
import { until } from '../support/until';
import type { CrashStage } from './crash-stage';

const QUERY = {
  corpus: 'MAIL' as const,
  dataScope: 'ALL_DATA' as const,
  method: 'ENTIRE_ORG' as const,
};

export function mailExport(matterId: string, change: Partial<ExportJobInput> = {}): ExportJobInput {
  return {
    matterId,
    source: {
      type: 'create',
      name: 'mail',
      query: { ...QUERY, method: 'ACCOUNT', accountInfo: { emails: ['a@example.com'] } },
    },
    timing: QUICK,
    ...change,
  };
}

export function mailCount(matterId: string, change: Partial<CountJobInput> = {}): CountJobInput {
  return { matterId, query: QUERY, timing: QUICK, ...change };
}

export async function untilRecord(
  stage: CrashStage,
  jobId: string,
  what: string,
  holds: (record: JobRecord) => boolean,
): Promise<JobRecord> {
  return until(`job ${jobId} to be ${what}`, async () => {
    const { record } = await stage.jobs.status(jobId);
    return holds(record) && record;
  });
}

export async function untilPolled(stage: CrashStage, jobId: string): Promise<JobRecord> {
  return untilRecord(stage, jobId, 'watched', (record) => (record.polls ?? 0) > 0);
}

/** Waits until a call of a matter stands open at the fault that was scripted for it. */
export async function untilHeld(
  stage: CrashStage,
  matterId: string,
  method: string,
  when: 'before-effect' | 'after-effect',
): Promise<void> {
  await until(`a ${method} of ${matterId} to be held ${when}`, () =>
    stage.fake.log({ matterId, method }).some(({ status, faults, effect }) => {
      const isAfter = when === 'after-effect';
      return status === null && faults.length > 0 && (effect === isAfter || !changesState(method));
    }),
  );
}

function changesState(method: string): boolean {
  return !/\.(get|list)$/.test(method);
}

/** Waits until the ledger has so many answers to calls of a step. */
export async function untilAnswered(
  stage: CrashStage,
  jobId: string,
  step: string,
  answers = 1,
): Promise<void> {
  await until(`the ledger to have ${answers} answers to ${step} of ${jobId}`, async () => {
    const events = await stage.ledger.events(jobId);
    const answered = events.filter(({ type, detail }) => type === 'ATTEMPT_ANSWERED' && detail.step === step);
    return answered.length >= answers;
  });
}
