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
       nullif(o.conname, concat(t.typname, '_not_null')) as not_null_name, -- since 17
       oe.description as not_null_comment, -- since 17
       case when t.typdefaultbin is not null then pg_get_expr(t.typdefaultbin, 0)
            when t.typdefault is distinct from b.typdefault then quote_literal(t.typdefault)
       end as "default",
       obj_description(t.oid, 'pg_type') as comment
from pg_type t
join pg_namespace n on n.oid = t.typnamespace
join pg_type b on b.oid = t.typbasetype
left join pg_constraint o on o.contypid = t.oid and o.contype = 'n' -- since 17
left join pg_description oe on oe.objoid = o.oid and oe.objsubid = 0 and oe.classoid = 'pg_constraint'::regclass -- since 17
where t.typtype = 'd' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
