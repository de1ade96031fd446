import type { ColumnDataType, ColumnDefinitionBuilder, Kysely, Migration, RawBuilder } from 'kysely';
import { Migrator, sql } from 'kysely';
import { ledgerFailure } from './ledger-failure';

/** What differs between the two databases' column definitions. */
export interface ColumnTypes {
  text: ColumnDataType | RawBuilder<unknown>;
  counter: ColumnDataType;
  asCounter: (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder;
}

export const SQLITE_COLUMNS: ColumnTypes = {
  text: 'text',
  counter: 'integer',
  asCounter: (column) => column.primaryKey().autoIncrement(),
};

export const POSTGRES_COLUMNS: ColumnTypes = {
  // By byte, as SQLite compares: a database's own collation may sort ISO times by its own rules.
  text: sql`text collate "C"`,
  counter: 'bigint',
  asCounter: (column) => column.primaryKey().generatedAlwaysAsIdentity(),
};

/** Brings the tables up to date. Safe when several processes start at once: each database locks in its own way. */
export async function migrate<T>(db: Kysely<T>, columns: ColumnTypes): Promise<void> {
  const { error } = await migratorOf(db, columns).migrateToLatest();
  if (error !== undefined) throw ledgerFailure('bringing the tables up to date', error);
}

export const MIGRATION_TABLE = 'ledger_migration';

/** The columns matter only to a migrator that is to run something. */
export function migratorOf<T>(db: Kysely<T>, columns: ColumnTypes = SQLITE_COLUMNS): Migrator {
  return new Migrator({
    db,
    provider: {
      getMigrations: async () => ({
        '0001-jobs-events-watches': firstTables(columns),
        '0002-readings': sharedReadings(columns),
        '0003-claims': claims(columns),
      }),
    },
    migrationTableName: MIGRATION_TABLE,
    migrationLockTableName: `${MIGRATION_TABLE}_lock`,
  });
}

function firstTables({ text, counter, asCounter }: ColumnTypes): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('jobs')
        .addColumn('namespace', text, (column) => column.notNull())
        .addColumn('job_id', text, (column) => column.notNull())
        .addColumn('run_id', text, (column) => column.notNull())
        .addColumn('kind', text, (column) => column.notNull())
        .addColumn('tenant', text, (column) => column.notNull())
        .addColumn('matter_id', text)
        .addColumn('export_id', text)
        .addColumn('operation_name', text)
        .addColumn('state', text, (column) => column.notNull())
        .addColumn('state_at', text, (column) => column.notNull())
        .addColumn('outcome', text)
        .addColumn('outcome_run_id', text)
        .addColumn('disposition', text)
        .addColumn('record', text)
        .addColumn('started_at', text, (column) => column.notNull())
        .addColumn('ended_at', text)
        .addColumn('updated_at', text, (column) => column.notNull())
        .addPrimaryKeyConstraint('jobs_key', ['namespace', 'job_id'])
        .execute();
      await db.schema
        .createTable('runs')
        .addColumn('namespace', text, (column) => column.notNull())
        .addColumn('job_id', text, (column) => column.notNull())
        .addColumn('run_id', text, (column) => column.notNull())
        .addPrimaryKeyConstraint('runs_key', ['namespace', 'job_id', 'run_id'])
        .execute();
      await db.schema
        .createTable('events')
        .addColumn('seq', counter, asCounter)
        .addColumn('namespace', text, (column) => column.notNull())
        .addColumn('job_id', text, (column) => column.notNull())
        .addColumn('event_id', text, (column) => column.notNull())
        .addColumn('at', text, (column) => column.notNull())
        .addColumn('type', text, (column) => column.notNull())
        .addColumn('step', text)
        .addColumn('detail', text, (column) => column.notNull())
        .addUniqueConstraint('events_once', ['namespace', 'job_id', 'event_id'])
        .execute();
      await db.schema
        .createTable('watches')
        .addColumn('namespace', text, (column) => column.notNull())
        .addColumn('job_id', text, (column) => column.notNull())
        .addColumn('watch_id', text, (column) => column.notNull())
        .addColumn('polls', 'integer', (column) => column.notNull())
        .addColumn('last_read_at', text, (column) => column.notNull())
        .addPrimaryKeyConstraint('watches_key', ['namespace', 'job_id', 'watch_id'])
        .execute();
      await createIndices(db);
    },
  };
}

function sharedReadings({ text }: ColumnTypes): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('readings')
        .addColumn('namespace', text, (column) => column.notNull())
        .addColumn('tenant', text, (column) => column.notNull())
        .addColumn('matter_id', text, (column) => column.notNull())
        .addColumn('export_id', text, (column) => column.notNull())
        .addColumn('read_at', text, (column) => column.notNull())
        .addColumn('worker', text, (column) => column.notNull())
        .addColumn('reading', text, (column) => column.notNull())
        .addPrimaryKeyConstraint('readings_key', ['namespace', 'tenant', 'matter_id', 'export_id'])
        .execute();
      await db.schema
        .createIndex('readings_by_age')
        .on('readings')
        .columns(['namespace', 'read_at'])
        .execute();
    },
  };
}

/** What jobs of before own is theirs: the first that names an operation, as it was asked for until now. */
function claims({ text }: ColumnTypes): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('claims')
        .addColumn('namespace', text, (column) => column.notNull())
        .addColumn('remote_name', text, (column) => column.notNull())
        .addColumn('job_id', text, (column) => column.notNull())
        .addPrimaryKeyConstraint('claims_key', ['namespace', 'remote_name'])
        .execute();
      await sql`insert into claims (namespace, remote_name, job_id)
        select namespace, operation_name, job_id from (
          select namespace, operation_name, job_id,
            row_number() over (partition by namespace, operation_name order by started_at, job_id) as place
          from jobs where operation_name is not null
        ) as named where place = 1`.execute(db);
    },
  };
}

/** One for each way in which jobs are listed, newest first; one for operations; one for counting attempts. */
async function createIndices(db: Kysely<unknown>): Promise<void> {
  for (const filter of [[], ['state'], ['outcome'], ['kind'], ['matter_id'], ['tenant']]) {
    await db.schema
      .createIndex(['jobs_by', ...filter, 'start'].join('_'))
      .on('jobs')
      .columns(['namespace', ...filter, 'started_at'])
      .execute();
  }
  await db.schema
    .createIndex('jobs_by_operation')
    .on('jobs')
    .columns(['namespace', 'operation_name'])
    .execute();
  await db.schema
    .createIndex('events_by_step')
    .on('events')
    .columns(['namespace', 'job_id', 'type', 'step'])
    .execute();
}
