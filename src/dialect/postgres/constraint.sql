-- Constraints of tables and domains that are not inherited. Not-null constraints are a facet of
-- their column.
-- print definition: regexp_replace(pg_get_constraintdef(t.oid), ' NOT VALID$', '')
-- Keys without rarities are printed from the raw columns here. Checks are told apart by the trees of their
-- expressions and by the columns that they use.
select n.nspname as path1,
       coalesce(c.relname, t.typname) as path2,
       o.conname as path3,
       case when t.oid is not null then 'domain' when c.relkind = 'f' then 'foreign table' else 'table' end as parent,
       o.oid as _oid,
       c.oid as _relation,
       case o.contype when 'p' then 'PRIMARY KEY' when 'u' then 'UNIQUE' when 'f' then 'FOREIGN KEY' when 'c' then 'CHECK'
            else 'EXCLUDE' end as type,
       o.oid as definition,
       case when o.contype in ('p', 'u') and i.indnatts = i.indnkeyatts
             and not i.indnullsnotdistinct -- since 15
             and not o.conperiod -- since 18
              or o.contype = 'f'
             and o.confdelsetcols is null -- since 15
             and o.conenforced and not o.conperiod -- since 18
            then o.conkey end::text as _columns,
       case when o.contype = 'c' and c.oid is not null
            then encode(sha256(convert_to(concat_ws(' ', o.connoinherit, o.convalidated, o.condeferrable, o.condeferred,
                 o.conenforced, -- since 18
                 o.conbin), 'SQL_ASCII')), 'base64') end as _tree,
       case when o.contype = 'c' then o.conkey::text end as _used,
       case when o.contype = 'f' then o.confrelid end as _other,
       case when o.contype = 'f' then o.confkey::text end as _other_columns,
       case when o.contype = 'f' then concat(quote_ident(fn.nspname), '.', quote_ident(fc.relname)) end as _other_name,
       concat(case o.confmatchtype when 'f' then ' MATCH FULL' when 'p' then ' MATCH PARTIAL' end,
              case o.confupdtype when 'r' then ' ON UPDATE RESTRICT' when 'c' then ' ON UPDATE CASCADE'
                   when 'n' then ' ON UPDATE SET NULL' when 'd' then ' ON UPDATE SET DEFAULT' end,
              case o.confdeltype when 'r' then ' ON DELETE RESTRICT' when 'c' then ' ON DELETE CASCADE'
                   when 'n' then ' ON DELETE SET NULL' when 'd' then ' ON DELETE SET DEFAULT' end,
              case when o.condeferrable then ' DEFERRABLE' end,
              case when o.condeferred then ' INITIALLY DEFERRED' end) as _tail,
       not o.convalidated as not_valid, -- until 17
       not o.convalidated and o.conenforced as not_valid, -- since 18
       case when x.reloptions is not null and c.relkind <> 'p' then (select array_agg(p order by p) from unnest(x.reloptions) p) end as options,
       case when x.reloptions is not null and c.relkind = 'p' then (select array_agg(p order by p) from unnest(x.reloptions) p) end as options_for_partitions,
       case when x.reltablespace <> 0 then (select nullif(s.spcname, '') from pg_tablespace s where s.oid = x.reltablespace) end as tablespace,
       pa.names as names_in_partitions,
       e.description as comment,
       case when x.oid is not null then xe.description end as index_comment
from pg_constraint o
left join pg_class c on c.oid = o.conrelid and c.relkind in ('r', 'p', 'f')
left join pg_type t on t.oid = o.contypid
left join pg_class x on x.oid = o.conindid and o.contype in ('p', 'u', 'x')
left join pg_index i on i.indexrelid = x.oid
left join partition_names pa on pa.root = x.oid
left join pg_class fc on fc.oid = o.confrelid and o.contype = 'f'
left join pg_namespace fn on fn.oid = fc.relnamespace
left join pg_description e on e.objoid = o.oid and e.objsubid = 0 and e.classoid = 'pg_constraint'::regclass
left join pg_description xe on xe.objoid = x.oid and xe.objsubid = 0 and xe.classoid = 'pg_class'::regclass
join pg_namespace n on n.oid = o.connamespace
where o.contype in ('p', 'u', 'f', 'c', 'x') and (c.oid is not null or t.oid is not null)
  and o.conislocal and o.conparentid = 0
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
