-- Extensions. What belongs to them is left to them.
select e.extname as path1,
       e.oid as _oid,
       n.nspname as schema,
       e.extversion as version,
       obj_description(e.oid, 'pg_extension') as comment
from pg_extension e
join pg_namespace n on n.oid = e.extnamespace
where e.extname <> 'plpgsql'
