-- Foreign tables; their columns and checks are objects of their own.
select n.nspname as path1,
       c.relname as path2,
       c.oid as _oid,
       c.relacl::text[] as _acl,
       pg_get_userbyid(c.relowner) as owner,
       s.srvname as server,
       (select json_agg(json_build_array(pn.nspname, p.relname) order by i.inhseqno)
        from pg_inherits i join pg_class p on p.oid = i.inhparent join pg_namespace pn on pn.oid = p.relnamespace
        where i.inhrelid = c.oid) as inherits,
       pg_get_expr(c.relpartbound, 0) as bound,
       (select array_agg(o order by o) from unnest(f.ftoptions) o) as options,
       obj_description(c.oid, 'pg_class') as comment
from pg_foreign_table f
join pg_class c on c.oid = f.ftrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_foreign_server s on s.oid = f.ftserver
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
