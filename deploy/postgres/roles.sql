-- A role and a password for each that uses PostgreSQL, and its databases. Run by the superuser at every start; what is there
-- already stays, and what the superuser owned before there were roles is handed over.
\set ON_ERROR_STOP on
\getenv temporal_password TEMPORAL_PASSWORD
\getenv owner_password LEDGER_OWNER_PASSWORD
\getenv worker_password LEDGER_WORKER_PASSWORD
\getenv demo_password LEDGER_DEMO_PASSWORD

select format('create role %I login', name)
from (values ('temporal_server'), ('ledger_owner'), ('ledger_worker'), ('ledger_demo')) as wanted (name)
where not exists (select from pg_roles where rolname = name) \gexec

alter role temporal_server nosuperuser nocreatedb nocreaterole password :'temporal_password';
alter role ledger_owner nosuperuser nocreatedb nocreaterole password :'owner_password';
alter role ledger_worker nosuperuser nocreatedb nocreaterole password :'worker_password';
alter role ledger_demo nosuperuser nocreatedb nocreaterole password :'demo_password';

create temporary table wanted (name text, owner text);
insert into wanted values
  ('temporal', 'temporal_server'),
  ('temporal_visibility', 'temporal_server'),
  ('vault_jobs', 'ledger_owner'),
  ('vault_jobs_demo', 'ledger_demo');

select format('create database %I', name) from wanted
where not exists (select from pg_database where datname = name) \gexec
select format('alter database %I owner to %I', name, owner) from wanted \gexec
-- By default everybody may connect to everything.
select format('revoke all on database %I from public', name) from wanted \gexec
revoke all on database postgres, template1 from public;
grant connect on database vault_jobs to ledger_worker;

\connect temporal
\set owner temporal_server
\ir hand-over.sql
\connect temporal_visibility
\ir hand-over.sql
\connect vault_jobs
\set owner ledger_owner
\ir hand-over.sql
\connect vault_jobs_demo
\set owner ledger_demo
\ir hand-over.sql
