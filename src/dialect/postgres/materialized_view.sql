-- Materialized views.
-- print definition: pg_get_viewdef(t.oid)
select n.nspname as path1,
       c.relname as path2,
       c.oid as _oid,
       c.relacl::text[] as _acl,
       (select json_object_agg(a.attname, a.attacl::text[] order by a.attnum)
        from pg_attribute a where a.attrelid = c.oid and a.attacl is not null) as _column_acl,
       pg_get_userbyid(c.relowner) as owner,
       (select json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod)) order by a.attnum)
        from pg_attribute a where a.attrelid = c.oid and a.attnum > 0) as columns,
       c.oid as definition,
       (select array_agg(o order by o) from unnest(c.reloptions) o) as options,
       case when c.reltoastrelid <> 0 then
       (select array_agg('toast.' || o order by o) from pg_class x, unnest(x.reloptions) o where x.oid = c.reltoastrelid) end as toast_options,
       (select a.amname from pg_am a where a.oid = c.relam and a.amname <> 'heap') as access_method,
       (select s.spcname from pg_tablespace s where s.oid = c.reltablespace) as tablespace,
       (select x.relname from pg_index i join pg_class x on x.oid = i.indexrelid
        where i.indrelid = c.oid and i.indisclustered) as clustered_on,
       (select json_object_agg(a.attname, e.description order by a.attnum)
        from pg_attribute a join pg_description e on e.classoid = 'pg_class'::regclass and e.objoid = a.attrelid and e.objsubid = a.attnum
        where a.attrelid = c.oid) as column_comments,
       (select json_object_agg(a.attname, a.attstattarget order by a.attnum)
        from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and a.attstattarget >= 0) as column_statistics,
       (select json_object_agg(a.attname, case a.attstorage when 'p' then 'PLAIN' when 'e' then 'EXTERNAL' when 'm' then 'MAIN' else 'EXTENDED' end order by a.attnum)
        from pg_attribute a join pg_type t on t.oid = a.atttypid
        where a.attrelid = c.oid and a.attnum > 0 and a.attstorage <> t.typstorage) as column_storage,
       (select json_object_agg(a.attname, case a.attcompression when 'p' then 'pglz' else 'lz4' end order by a.attnum) -- since 14
        from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and a.attcompression <> '') as column_compression, -- since 14
       (select json_object_agg(a.attname, (select array_agg(o order by o) from unnest(a.attoptions) o) order by a.attnum)
        from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and a.attoptions is not null) as column_options,
       (select e.description from pg_description e where e.objoid = c.oid and e.classoid = 'pg_class'::regclass and e.objsubid = 0) as comment
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'm' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
