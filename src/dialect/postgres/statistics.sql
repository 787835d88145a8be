-- Extended statistics.
-- print definition: pg_get_statisticsobjdef(t.oid)
select n.nspname as path1,
       s.stxname as path2,
       s.oid as _oid,
       pg_get_userbyid(s.stxowner) as owner,
       s.stxrelid as _relation,
       s.oid as definition,
       nullif(coalesce(s.stxstattarget, -1), -1) as target,
       obj_description(s.oid, 'pg_statistic_ext') as comment
from pg_statistic_ext s
join pg_namespace n on n.oid = s.stxnamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
