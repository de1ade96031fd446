-- Gives the role :owner what is in this database, but for what belongs to an extension.
select format('alter table %s owner to %I', c.oid::regclass, :'owner')
from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
  and pg_get_userbyid(c.relowner) <> :'owner'
  and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e') \gexec

-- Those of a column went with their table.
select format('alter sequence %s owner to %I', c.oid::regclass, :'owner')
from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'S'
  and pg_get_userbyid(c.relowner) <> :'owner'
  and not exists (select from pg_depend d where d.objid = c.oid and d.deptype in ('a', 'i', 'e')) \gexec

select format('alter routine %s owner to %I', p.oid::regprocedure, :'owner')
from pg_proc p
where p.pronamespace = 'public'::regnamespace
  and pg_get_userbyid(p.proowner) <> :'owner'
  and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e') \gexec
