-- Views.
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
       (select json_object_agg(a.attname, pg_get_expr(d.adbin, d.adrelid) order by a.attnum)
        from pg_attribute a join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = c.oid) as column_defaults,
       (select json_object_agg(a.attname, e.description order by a.attnum)
        from pg_attribute a join pg_description e on e.classoid = 'pg_class'::regclass and e.objoid = a.attrelid and e.objsubid = a.attnum
        where a.attrelid = c.oid) as column_comments,
       (select e.description from pg_description e where e.objoid = c.oid and e.classoid = 'pg_class'::regclass and e.objsubid = 0) as comment
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'v' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
