-- Stand-alone composite types with their attributes in order.
select n.nspname as path1,
       t.typname as path2,
       t.oid as _oid,
       t.typacl::text[] as _acl,
       pg_get_userbyid(t.typowner) as owner,
       (select json_agg(json_build_object(
                   'name', a.attname,
                   'type', format_type(a.atttypid, a.atttypmod),
                   'collation', case when a.attcollation <> y.typcollation
                        then (select quote_ident(m.nspname) || '.' || quote_ident(l.collname)
                              from pg_collation l join pg_namespace m on m.oid = l.collnamespace
                              where l.oid = a.attcollation) end,
                   'comment', col_description(c.oid, a.attnum)) order by a.attnum)
        from pg_attribute a join pg_type y on y.oid = a.atttypid
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as attributes,
       obj_description(t.oid, 'pg_type') as comment
from pg_type t
join pg_class c on c.oid = t.typrelid and c.relkind = 'c'
join pg_namespace n on n.oid = t.typnamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
