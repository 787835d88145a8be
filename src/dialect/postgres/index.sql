-- Indexes that stand on their own: neither behind a constraint nor a partition of another index.
-- print definition: pg_get_indexdef(t.oid)
-- What has no expression, options or other rarities is printed from the raw columns here. Expressions are
-- told apart by their trees and by the columns that they use.
select n.nspname as path1,
       c.relname as path2,
       x.relname as path3,
       case c.relkind when 'm' then 'materialized view' else 'table' end as parent,
       x.oid as _oid,
       c.oid as _relation,
       x.oid as definition,
       case when x.reloptions is null and s.options is not true
             and not i.indnullsnotdistinct -- since 15
            then concat('CREATE ', case when i.indisunique then 'UNIQUE ' end, 'INDEX ', quote_ident(x.relname), ' ON ',
                        case when c.relkind = 'p' then 'ONLY ' end, quote_ident(n.nspname), '.', quote_ident(c.relname),
                        ' USING ', quote_ident(m.amname)) end as _head,
       case when i.indexprs is not null or i.indpred is not null
            then encode(sha256(convert_to(concat(i.indexprs, ' ', i.indpred), 'SQL_ASCII')), 'base64') end as _tree,
       case when i.indexprs is not null or i.indpred is not null
            then (select concat('{', string_agg(distinct v[1], ','), '}')
                  from regexp_matches(concat(i.indexprs, ' ', i.indpred), ':varattno (-?[0-9]+)', 'g') v) end as _used,
       m.amname as _method,
       i.indnkeyatts as _keys,
       i.indkey::text as _columns,
       i.indclass::text as _classes,
       i.indcollation::text as _collations,
       i.indoption::text as _options,
       i.indisunique as "unique",
       not i.indisvalid as invalid,
       case when x.reltablespace <> 0 then (select s.spcname from pg_tablespace s where s.oid = x.reltablespace) end as tablespace,
       s.targets as statistics,
       pa.names as names_in_partitions,
       e.description as comment
from pg_index i
join pg_class x on x.oid = i.indexrelid
join pg_am m on m.oid = x.relam
join pg_class c on c.oid = i.indrelid
join pg_namespace n on n.oid = c.relnamespace
left join (select a.attrelid, bool_or(a.attoptions::text not like '{pg_attver=%}') as options,
                  json_object_agg(a.attnum, a.attstattarget order by a.attnum) filter (where a.attstattarget >= 0) as targets
           from pg_attribute a
           where a.attrelid >= 16384 and a.attnum > 0 and (a.attstattarget >= 0 or a.attoptions is not null)
           group by a.attrelid) s on s.attrelid = x.oid
left join partition_names pa on pa.root = x.oid
left join pg_description e on e.objoid = x.oid and e.objsubid = 0 and e.classoid = 'pg_class'::regclass
where c.relkind in ('r', 'p', 'm') and not x.relispartition
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and not exists (select 1 from pg_constraint o where o.conindid = x.oid and o.contype in ('p', 'u', 'x'))
