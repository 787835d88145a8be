-- Constraints of tables and domains that are not inherited. Not-null constraints are a facet of
-- their column.
select n.nspname as path1,
       coalesce(c.relname, t.typname) as path2,
       o.conname as path3,
       case when t.oid is not null then 'domain' when c.relkind = 'f' then 'foreign table' else 'table' end as parent,
       o.oid as _oid,
       case o.contype when 'p' then 'PRIMARY KEY' when 'u' then 'UNIQUE' when 'f' then 'FOREIGN KEY' when 'c' then 'CHECK'
            else 'EXCLUDE' end as type,
       regexp_replace(pg_get_constraintdef(o.oid), ' NOT VALID$', '') as definition,
       not o.convalidated as not_valid, -- until 17
       not o.convalidated and o.conenforced as not_valid, -- since 18
       (select array_agg(p order by p) from pg_class x, unnest(x.reloptions) p
        where x.oid = o.conindid and o.contype in ('p', 'u', 'x') and c.relkind <> 'p') as options,
       (select array_agg(p order by p) from pg_class x, unnest(x.reloptions) p
        where x.oid = o.conindid and o.contype in ('p', 'u', 'x') and c.relkind = 'p') as options_for_partitions,
       (select nullif(s.spcname, '') from pg_class x join pg_tablespace s on s.oid = x.reltablespace where x.oid = o.conindid and o.contype in ('p', 'u', 'x')) as tablespace,
       obj_description(o.oid, 'pg_constraint') as comment,
       case when o.contype in ('p', 'u', 'x') then obj_description(o.conindid, 'pg_class') end as index_comment
from pg_constraint o
left join pg_class c on c.oid = o.conrelid and c.relkind in ('r', 'p', 'f')
left join pg_type t on t.oid = o.contypid
join pg_namespace n on n.oid = o.connamespace
where o.contype in ('p', 'u', 'f', 'c', 'x') and (c.oid is not null or t.oid is not null)
  and o.conislocal and o.conparentid = 0
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
