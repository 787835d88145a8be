-- Range types.
select n.nspname as path1,
       t.typname as path2,
       t.oid as _oid,
       t.typacl::text[] as _acl,
       pg_get_userbyid(t.typowner) as owner,
       format_type(r.rngsubtype, null) as subtype,
       case when not o.opcdefault
            then (select quote_ident(m.nspname) from pg_namespace m where m.oid = o.opcnamespace) || '.' || quote_ident(o.opcname)
       end as operator_class,
       case when r.rngcollation <> 0 and r.rngcollation <> s.typcollation
            then (select quote_ident(m.nspname) || '.' || quote_ident(c.collname)
                  from pg_collation c join pg_namespace m on m.oid = c.collnamespace where c.oid = r.rngcollation)
       end as collation,
       case when r.rngcanonical <> 0 then r.rngcanonical::regproc::text end as canonical,
       case when r.rngsubdiff <> 0 then r.rngsubdiff::regproc::text end as subtype_diff,
       (select case when m.typnamespace = t.typnamespace then m.typname::text end from pg_type m where m.oid = r.rngmultitypid) as multirange, -- since 14
       obj_description(t.oid, 'pg_type') as comment
from pg_type t
join pg_range r on r.rngtypid = t.oid
join pg_type s on s.oid = r.rngsubtype
join pg_opclass o on o.oid = r.rngsubopc
join pg_namespace n on n.oid = t.typnamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
