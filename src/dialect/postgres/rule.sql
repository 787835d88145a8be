-- Rewrite rules that were made by people.
-- print definition: pg_get_ruledef(t.oid)
select n.nspname as path1,
       c.relname as path2,
       r.rulename as path3,
       case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table' else 'table' end as parent,
       r.oid as _oid,
       c.oid as _relation,
       r.oid as definition,
       case r.ev_enabled when 'D' then 'DISABLE' when 'R' then 'ENABLE REPLICA' when 'A' then 'ENABLE ALWAYS' end as enabled,
       obj_description(r.oid, 'pg_rewrite') as comment
from pg_rewrite r
join pg_class c on c.oid = r.ev_class
join pg_namespace n on n.oid = c.relnamespace
where r.rulename <> '_RETURN' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
