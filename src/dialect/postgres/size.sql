-- How large tables and materialized views are, as the catalog remembers: nothing is counted here.
select n.nspname as path1,
       c.relname as path2,
       c.relkind = 'm' as is_materialized,
       c.reltuples::bigint as rows,
       (c.relpages::bigint + coalesce(t.relpages, 0)
        + coalesce((select sum(i.relpages) from pg_index x join pg_class i on i.oid = x.indexrelid
                    where x.indrelid = c.oid), 0)::bigint) * current_setting('block_size')::bigint as bytes
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join pg_class t on t.oid = c.reltoastrelid
where c.relkind in ('r', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
