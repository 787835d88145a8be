-- What the indexes of partitions are called that are parts of an index of a partitioned table, where that
-- is not what the server calls them. It stands before the queries of indexes and constraints.
-- A number that the server puts behind a name, because that was taken, is no name.
with recursive part as
    (select h.inhparent as root, h.inhrelid as part from pg_inherits h join pg_index i on i.indexrelid = h.inhrelid
     union all
     select p.root, h.inhrelid from part p join pg_inherits h on h.inhparent = p.part),
partition_names as
    (select p.root, json_agg(json_build_object('schema', pn.nspname, 'table', pt.relname, 'name', px.relname, 'usual', u.usual)
                             order by pn.nspname, pt.relname) as names
     from part p
     join pg_index pi on pi.indexrelid = p.part
     join pg_class px on px.oid = p.part
     join pg_class pt on pt.oid = pi.indrelid
     join pg_namespace pn on pn.oid = pt.relnamespace
     left join pg_constraint pc on pc.conindid = p.part and pc.contype in ('p', 'u', 'x')
     cross join lateral (select concat(pt.relname, case when pc.contype = 'p' then '' else '_' ||
               (select string_agg(a.attname, '_' order by a.attnum) from pg_attribute a where a.attrelid = p.part) end,
               case pc.contype when 'p' then '_pkey' when 'u' then '_key' when 'x' then '_excl' else '_idx' end) as usual) u
     where length(u.usual) < 64 and not (starts_with(px.relname, u.usual) and substr(px.relname, length(u.usual) + 1) ~ '^[0-9]*$')
     group by p.root)
