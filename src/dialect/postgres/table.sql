-- Tables: ordinary ones, partitioned ones and partitions.
select n.nspname as path1,
       c.relname as path2,
       c.oid as _oid,
       c.relacl::text[] as _acl,
       pg_get_userbyid(c.relowner) as owner,
       c.relpersistence = 'u' as unlogged,
       case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end as partition_by,
       (select json_agg(json_build_array(pn.nspname, p.relname) order by i.inhseqno)
        from pg_inherits i join pg_class p on p.oid = i.inhparent join pg_namespace pn on pn.oid = p.relnamespace
        where i.inhrelid = c.oid) as inherits,
       pg_get_expr(c.relpartbound, c.oid) as bound,
       case when c.reloftype <> 0
            then (select array[tn.nspname::text, t.typname::text] from pg_type t join pg_namespace tn on tn.oid = t.typnamespace
                  where t.oid = c.reloftype) end as of_type,
       (select array_agg(o order by o) from unnest(c.reloptions) o) as options,
       (select array_agg('toast.' || o order by o) from pg_class t, unnest(t.reloptions) o where t.oid = c.reltoastrelid) as toast_options,
       (select a.amname from pg_am a where a.oid = c.relam and a.amname <> 'heap') as access_method,
       (select s.spcname from pg_tablespace s where s.oid = c.reltablespace) as tablespace,
       c.relrowsecurity as row_security,
       c.relforcerowsecurity as force_row_security,
       case c.relreplident when 'n' then 'NOTHING' when 'f' then 'FULL' when 'i' then
            (select 'USING INDEX ' || quote_ident(x.relname) from pg_index i join pg_class x on x.oid = i.indexrelid
             where i.indrelid = c.oid and i.indisreplident) end as replica_identity,
       (select x.relname from pg_index i join pg_class x on x.oid = i.indexrelid
        where i.indrelid = c.oid and i.indisclustered) as clustered_on,
       obj_description(c.oid, 'pg_class') as comment
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
