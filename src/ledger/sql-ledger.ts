import type { Kysely, Transaction } from 'kysely';
import type { JobRecord } from '../domain/job-record';
import type { Journal } from '../domain/journal';
import type { LedgerEvent } from '../domain/ledger-event';
import { claimCreated, writeClaim } from './claims';
import { newJobRow, withJournal, withOutcome } from './job-row';
import type { Ledger, LedgerJob, LedgerJobFilter, SharedReading, WatchProgress } from './ledger';
import { ledgerFailure } from './ledger-failure';
import { readEvents, readJob, readJobs, readOwnerOfOperation } from './ledger-queries';
import { countEnded, readReadyExports } from './ledger-statistics';
import type { EndedCount, ReadyExport } from './ledger-statistics';
import type { JobRow, LedgerTables } from './schema';
import { readReadings, writeReadings } from './shared-readings';
import { storable } from './storable-text';
import { tryWrite } from './try-write';

interface SqlLedgerOptions {
  namespace: string;
  /** PostgreSQL, which has to lock a job's row. SQLite has one writer at a time anyway. */
  hasManyWriters: boolean;
}

/** Databases limit the parameters of a statement; seven a row stay far below. */
const EVENTS_PER_INSERT = 500;

/** The ledger in SQL, the same for both databases. */
export class SqlLedger implements Ledger {
  readonly #db: Kysely<LedgerTables>;
  readonly #namespace: string;
  readonly #hasManyWriters: boolean;

  constructor(db: Kysely<LedgerTables>, { namespace, hasManyWriters }: SqlLedgerOptions) {
    this.#db = db;
    this.#namespace = storable(namespace);
    this.#hasManyWriters = hasManyWriters;
  }

  write(journal: Journal): Promise<void> {
    return attempt('writing a journal', async () => {
      await this.#change(journal, (row) => row);
    });
  }

  append(journal: Journal): Promise<void> {
    return attempt('appending entries', () => this.#alone((db) => this.#append(db, journal)));
  }

  recordOutcome(journal: Journal, record: JobRecord): Promise<boolean> {
    return attempt('recording an outcome', async () => {
      const { before, after } = await this.#change(journal, (row) => withOutcome(row, journal, record));
      return before.outcome_run_id !== after.outcome_run_id;
    });
  }

  recordWatch(jobId: string, { watchId, polls, lastReadAt }: WatchProgress): Promise<void> {
    return attempt('recording a watch', () =>
      this.#alone(async (db) => {
        await db
          .insertInto('watches')
          .values({
            namespace: this.#namespace,
            job_id: storable(jobId),
            watch_id: storable(watchId),
            polls,
            last_read_at: storable(lastReadAt),
          })
          .onConflict((conflict) =>
            conflict
              .columns(['namespace', 'job_id', 'watch_id'])
              .doUpdateSet((row) => ({
                polls: row.ref('excluded.polls'),
                last_read_at: row.ref('excluded.last_read_at'),
              }))
              .whereRef('excluded.polls', '>', 'watches.polls'),
          )
          .execute();
      }),
    );
  }

  job(jobId: string): Promise<LedgerJob | undefined> {
    return attempt('reading a job', () => readJob(this.#db, this.#namespace, jobId));
  }

  events(jobId: string): Promise<LedgerEvent[]> {
    return attempt('reading events', () => readEvents(this.#db, this.#namespace, jobId));
  }

  jobs(filter: LedgerJobFilter): Promise<LedgerJob[]> {
    return attempt('listing jobs', () => readJobs(this.#db, this.#namespace, filter));
  }

  ownerOfOperation(operationName: string): Promise<string | undefined> {
    return attempt('looking an operation up', () =>
      readOwnerOfOperation(this.#db, this.#namespace, operationName),
    );
  }

  claim(remoteName: string, jobId: string, instead?: string): Promise<string> {
    return attempt('claiming', () =>
      this.#db
        .transaction()
        .execute((trx) =>
          writeClaim(trx, this.#namespace, { remoteName, jobId, ...(instead !== undefined && { instead }) }),
        ),
    );
  }

  countEnded(): Promise<EndedCount[]> {
    return attempt('counting jobs', () => countEnded(this.#db, this.#namespace));
  }

  readyExports(madeSince: string): Promise<ReadyExport[]> {
    return attempt('reading exports', () => readReadyExports(this.#db, this.#namespace, madeSince));
  }

  shareReadings(tenant: string, matterId: string, readings: readonly SharedReading[]): Promise<void> {
    return attempt('sharing readings', () =>
      writeReadings(this.#db, this.#namespace, { tenant, matterId }, readings),
    );
  }

  readings(tenant: string, matterId: string): Promise<SharedReading[]> {
    return attempt('reading what others read', () =>
      readReadings(this.#db, this.#namespace, { tenant, matterId }),
    );
  }

  tryWrite(): Promise<void> {
    return attempt('trying a write', () => tryWrite(this.#db, { keeps: !this.#hasManyWriters }));
  }

  async close(): Promise<void> {
    await this.#db.destroy();
  }

  /** For one statement. SQLite has a transaction even so: its begin is where a writer can wait for its turn. */
  #alone(write: (db: Kysely<LedgerTables>) => Promise<void>): Promise<void> {
    return this.#hasManyWriters ? write(this.#db) : this.#db.transaction().execute(write);
  }

  /**
   * Row, run and entries in one transaction: what was answered is there as a whole. Somebody may be waiting for it, so
   * a job that is known, as nearly all are, costs no statement that only a new one needs.
   */
  #change(journal: Journal, decide: (row: JobRow) => JobRow): Promise<{ before: JobRow; after: JobRow }> {
    return this.#db.transaction().execute(async (trx) => {
      const known = await this.#lockRow(trx, journal).executeTakeFirst();
      const row = known ?? (await this.#createRow(trx, journal));
      const isKnownRun = known?.run_id === storable(journal.job.runId);
      const isNewRun = !isKnownRun && (await this.#noteRun(trx, journal));
      await this.#append(trx, journal);
      await claimCreated(trx, this.#namespace, journal);
      const after = decide(withJournal(row, journal, isNewRun));
      await this.#update(trx, row, after);
      return { before: row, after };
    });
  }

  #lockRow(trx: Transaction<LedgerTables>, { job }: Journal) {
    return trx
      .selectFrom('jobs')
      .selectAll()
      .where('namespace', '=', this.#namespace)
      .where('job_id', '=', storable(job.jobId))
      .$if(this.#hasManyWriters, (query) => query.forUpdate());
  }

  async #createRow(trx: Transaction<LedgerTables>, journal: Journal): Promise<JobRow> {
    const created = await trx
      .insertInto('jobs')
      .values({ ...newJobRow(this.#namespace, journal), updated_at: new Date().toISOString() })
      .onConflict((conflict) => conflict.columns(['namespace', 'job_id']).doNothing())
      .returningAll()
      .executeTakeFirst();
    // Somebody else may have made it in this moment.
    return created ?? (await this.#lockRow(trx, journal).executeTakeFirstOrThrow());
  }

  /** A run first heard of later is newer. */
  async #noteRun(trx: Transaction<LedgerTables>, { job }: Journal): Promise<boolean> {
    const inserted = await trx
      .insertInto('runs')
      .values({ namespace: this.#namespace, job_id: storable(job.jobId), run_id: storable(job.runId) })
      .onConflict((conflict) => conflict.columns(['namespace', 'job_id', 'run_id']).doNothing())
      .returning('run_id')
      .executeTakeFirst();
    return inserted !== undefined;
  }

  async #append(db: Kysely<LedgerTables>, { job, entries }: Journal): Promise<void> {
    const jobId = storable(job.jobId);
    const rows = entries.map(({ id, at, type, detail }) => ({
      namespace: this.#namespace,
      job_id: jobId,
      event_id: storable(id),
      at: storable(at),
      type,
      step: typeof detail.step === 'string' ? storable(detail.step) : null,
      detail: JSON.stringify(detail),
    }));
    for (let start = 0; start < rows.length; start += EVENTS_PER_INSERT) {
      await db
        .insertInto('events')
        .values(rows.slice(start, start + EVENTS_PER_INSERT))
        .onConflict((conflict) => conflict.columns(['namespace', 'job_id', 'event_id']).doNothing())
        .execute();
    }
  }

  async #update(trx: Transaction<LedgerTables>, before: JobRow, after: JobRow): Promise<void> {
    if (JSON.stringify(before) === JSON.stringify(after)) return;
    await trx
      .updateTable('jobs')
      .set({ ...after, updated_at: new Date().toISOString() })
      .where('namespace', '=', after.namespace)
      .where('job_id', '=', after.job_id)
      .execute();
  }
}

async function attempt<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw ledgerFailure(what, error);
  }
}
