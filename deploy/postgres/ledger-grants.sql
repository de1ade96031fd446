-- What a worker may do to the ledger. Run by the ledger's owner after each change of the tables.
\set ON_ERROR_STOP on
grant usage on schema public to ledger_worker;
grant select, insert, update on all tables in schema public to ledger_worker;
-- A cache.
grant delete on readings to ledger_worker;

-- Evidence is added to and never rewritten; the tables themselves are the owner's.
revoke update on events, runs from ledger_worker;
revoke insert, update on ledger_migration, ledger_migration_lock from ledger_worker;
