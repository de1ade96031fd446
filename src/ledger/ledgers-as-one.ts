import type { Ledger } from './ledger';
import type { TenantLedgers } from './tenant-ledgers';

/**
 * Several ledgers as one, for whoever knows a job's id and not its tenant: ids are unique in a namespace, so a
 * job is in one of them at most. Writing goes where the job's tenant has it.
 */
export function ledgersAsOne({ of, all, close }: TenantLedgers): Ledger {
  const [only] = all;
  if (only !== undefined && all.length === 1) return only;
  const first = async <T>(ask: (ledger: Ledger) => Promise<T | undefined>): Promise<T | undefined> => {
    const answers = await Promise.all(all.map(ask));
    return answers.find((answer) => answer !== undefined);
  };
  return {
    write: (journal) => of(journal.job.tenant).write(journal),
    append: (journal) => of(journal.job.tenant).append(journal),
    recordOutcome: (journal, record) => of(journal.job.tenant).recordOutcome(journal, record),
    countEnded: async () => (await Promise.all(all.map((ledger) => ledger.countEnded()))).flat(),
    readyExports: async (madeSince) =>
      (await Promise.all(all.map((ledger) => ledger.readyExports(madeSince)))).flat(),
    recordWatch: async (jobId, progress) => {
      const holder = await first(async (ledger) => ((await ledger.job(jobId)) ? ledger : undefined));
      await holder?.recordWatch(jobId, progress);
    },
    job: (jobId) => first((ledger) => ledger.job(jobId)),
    events: async (jobId) => (await Promise.all(all.map((ledger) => ledger.events(jobId)))).flat(),
    jobs: async (filter) => {
      const found = (await Promise.all(all.map((ledger) => ledger.jobs(filter)))).flat();
      const newestFirst = found.toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
      return newestFirst.slice(0, filter.limit);
    },
    shareReadings: (tenant, matterId, readings) => of(tenant).shareReadings(tenant, matterId, readings),
    readings: (tenant, matterId) => of(tenant).readings(tenant, matterId),
    claim: async (remoteName, jobId, instead) => {
      const holder = await first(async (ledger) => ((await ledger.job(jobId)) ? ledger : undefined));
      return (holder ?? all[0]!).claim(remoteName, jobId, instead);
    },
    ownerOfOperation: (operationName) => first((ledger) => ledger.ownerOfOperation(operationName)),
    tryWrite: async () => {
      await Promise.all(all.map((ledger) => ledger.tryWrite()));
    },
    close,
  };
}
