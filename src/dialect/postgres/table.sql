-- Tables: ordinary ones, partitioned ones and partitions.
-- print partition by: pg_get_partkeydef(t.oid)
select n.nspname as path1,
       c.relname as path2,
       c.oid as _oid,
       c.relacl::text[] as _acl,
       pg_get_userbyid(c.relowner) as owner,
       c.relpersistence = 'u' as unlogged,
       case when c.relkind = 'p' then c.oid end as partition_by,
       case when c.relispartition or exists (select 1 from pg_inherits i where i.inhrelid = c.oid) then
       (select json_agg(json_build_array(pn.nspname, p.relname) order by i.inhseqno)
        from pg_inherits i join pg_class p on p.oid = i.inhparent join pg_namespace pn on pn.oid = p.relnamespace
        where i.inhrelid = c.oid) end as inherits,
       pg_get_expr(c.relpartbound, 0) as bound,
       case when c.reloftype <> 0
            then (select array[tn.nspname::text, t.typname::text] from pg_type t join pg_namespace tn on tn.oid = t.typnamespace
                  where t.oid = c.reloftype) end as of_type,
       case when c.reloptions is not null then (select array_agg(o order by o) from unnest(c.reloptions) o) end as options,
       case when x.reloptions is not null then (select array_agg('toast.' || o order by o) from unnest(x.reloptions) o) end as toast_options,
       (select a.amname from pg_am a where a.oid = c.relam and a.amname <> 'heap') as access_method,
       case when c.reltablespace <> 0 then (select s.spcname from pg_tablespace s where s.oid = c.reltablespace) end as tablespace,
       c.relrowsecurity as row_security,
       c.relforcerowsecurity as force_row_security,
       case c.relreplident when 'n' then 'NOTHING' when 'f' then 'FULL' when 'i' then
            (select 'USING INDEX ' || quote_ident(x.relname) from pg_index i join pg_class x on x.oid = i.indexrelid
             where i.indrelid = c.oid and i.indisreplident) end as replica_identity,
       k.relname as clustered_on,
       (select e.description from pg_description e where e.objoid = c.oid and e.classoid = 'pg_class'::regclass and e.objsubid = 0) as comment
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join pg_class x on x.oid = c.reltoastrelid
left join (select i.indrelid, x.relname from pg_index i join pg_class x on x.oid = i.indexrelid where i.indisclustered) k on k.indrelid = c.oid
where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
