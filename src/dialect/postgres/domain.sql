-- Domains; their checks are constraints.
select n.nspname as path1,
       t.typname as path2,
       t.oid as _oid,
       t.typacl::text[] as _acl,
       pg_get_userbyid(t.typowner) as owner,
       format_type(t.typbasetype, t.typtypmod) as type,
       case when t.typcollation <> b.typcollation
            then (select quote_ident(m.nspname) || '.' || quote_ident(c.collname)
                  from pg_collation c join pg_namespace m on m.oid = c.collnamespace where c.oid = t.typcollation)
       end as collation,
       t.typnotnull as not_null,
       coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault) as "default",
       obj_description(t.oid, 'pg_type') as comment
from pg_type t
join pg_namespace n on n.oid = t.typnamespace
join pg_type b on b.oid = t.typbasetype
where t.typtype = 'd' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
