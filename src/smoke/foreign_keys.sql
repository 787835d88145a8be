-- Foreign keys with the columns of both sides, in their order; those of partitions are their parents'.
select n.nspname::text as schema,
       c.relname::text as "table",
       k.conname::text as name,
       array(select a.attname::text from unnest(k.conkey) with ordinality u(num, at)
             join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.num order by u.at) as columns,
       rn.nspname::text as parent_schema,
       r.relname::text as parent_table,
       array(select a.attname::text from unnest(k.confkey) with ordinality u(num, at)
             join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.num order by u.at) as parent_columns,
       k.convalidated as validated
from pg_catalog.pg_constraint k
join pg_catalog.pg_class c on c.oid = k.conrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_class r on r.oid = k.confrelid
join pg_catalog.pg_namespace rn on rn.oid = r.relnamespace
where k.contype = 'f' and k.conparentid = 0 and n.nspname !~ '^pg_'
order by 1, 2, 3
