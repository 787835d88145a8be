-- Publications.
select p.pubname as path1,
       p.oid as _oid,
       pg_get_userbyid(p.pubowner) as owner,
       p.puballtables as all_tables,
       (select json_agg(json_build_object('name', json_build_array(n.nspname, c.relname)
          , 'columns', null, 'where', null -- until 14
          , 'columns', (select json_agg(a.attname order by a.attnum) from pg_attribute a where a.attrelid = c.oid and a.attnum = any (r.prattrs)) -- since 15
          , 'where', pg_get_expr(r.prqual, r.prrelid) -- since 15
        ) order by n.nspname, c.relname)
        from pg_publication_rel r join pg_class c on c.oid = r.prrelid join pg_namespace n on n.oid = c.relnamespace
        where r.prpubid = p.oid) as tables,
       (select array_agg(n.nspname order by n.nspname) from pg_publication_namespace s join pg_namespace n on n.oid = s.pnnspid where s.pnpubid = p.oid) as schemas, -- since 15
       case when not (p.pubinsert and p.pubupdate and p.pubdelete and p.pubtruncate) then
            coalesce(nullif(concat_ws(', ', case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end,
                                      case when p.pubdelete then 'delete' end, case when p.pubtruncate then 'truncate' end), ''), 'nothing')
       end as publish,
       p.pubviaroot as via_partition_root,
       case p.pubgencols when 's' then 'stored' end as generated_columns, -- since 18
       obj_description(p.oid, 'pg_publication') as comment
from pg_publication p
