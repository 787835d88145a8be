-- Indexes that stand on their own: neither behind a constraint nor a partition of another index.
select n.nspname as path1,
       c.relname as path2,
       x.relname as path3,
       case c.relkind when 'm' then 'materialized view' else 'table' end as parent,
       x.oid as _oid,
       pg_get_indexdef(x.oid) as definition,
       i.indisunique as "unique",
       not i.indisvalid and c.relkind <> 'p' as invalid,
       (select s.spcname from pg_tablespace s where s.oid = x.reltablespace) as tablespace,
       (select json_object_agg(a.attnum, a.attstattarget order by a.attnum) from pg_attribute a
        where a.attrelid = x.oid and a.attstattarget >= 0) as statistics,
       obj_description(x.oid, 'pg_class') as comment
from pg_index i
join pg_class x on x.oid = i.indexrelid
join pg_class c on c.oid = i.indrelid
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'm') and not x.relispartition
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and not exists (select 1 from pg_constraint o where o.conindid = x.oid and o.contype in ('p', 'u', 'x'))
