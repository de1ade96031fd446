import { Client } from '@temporalio/client';
import { createVaultJobsClient, isVaultJobsError } from 'vault-jobs/client';
import type { CancelReceipt, JobRecord, Outcome, StartedJob, VaultJobsErrorCode } from 'vault-jobs/client';
import { openLedger } from 'vault-jobs/ledger';

/** Never run: that it type-checks as another program's code is the test. */
export async function asAnotherServiceWould(): Promise<Outcome | undefined> {
  const ledger = await openLedger('ledger.db', { namespace: 'default' });
  const jobs = createVaultJobsClient({ temporal: new Client(), ledger });
  const started: StartedJob = await jobs.startExport(
    {
      matterId: 'matter',
      source: {
        type: 'create',
        name: 'acme',
        query: { corpus: 'MAIL', dataScope: 'ALL_DATA', method: 'ENTIRE_ORG' },
      },
      limits: { deadlineMs: 1000 },
    },
    { requestId: 'case-4711' },
  );
  const receipt: CancelReceipt = await jobs.requestCancel(started.jobId, { reason: 'too broad' });
  if (receipt.answer === 'ALREADY_ENDED') return receipt.record.outcome;
  // @ts-expect-error only an ended job's answer has a record: a consumer gets real types, not `any`
  void receipt.record;
  // @ts-expect-error there is no such kind of job
  await jobs.list({ kind: 'nonsense' });
  try {
    const record: JobRecord = await jobs.result(started.jobId, { timeoutMs: 60_000 });
    return record.outcome;
  } catch (error) {
    const code: VaultJobsErrorCode | undefined = isVaultJobsError(error) ? error.code : undefined;
    return code === 'WAIT_TIMEOUT' ? undefined : 'FAILED';
  }
}
