-- Triggers that were made by people, on the table where they were made.
-- print definition: pg_get_triggerdef(t.oid)
select n.nspname as path1,
       c.relname as path2,
       t.tgname as path3,
       case c.relkind when 'v' then 'view' when 'f' then 'foreign table' else 'table' end as parent,
       t.oid as _oid,
       c.oid as _relation,
       t.oid as definition,
       case t.tgenabled when 'D' then 'DISABLE' when 'R' then 'ENABLE REPLICA' when 'A' then 'ENABLE ALWAYS' end as enabled,
       (select e.description from pg_description e where e.objoid = t.oid and e.classoid = 'pg_trigger'::regclass and e.objsubid = 0) as comment
from pg_trigger t
join pg_class c on c.oid = t.tgrelid
join pg_namespace n on n.oid = c.relnamespace
where not t.tgisinternal and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and t.tgparentid = 0
