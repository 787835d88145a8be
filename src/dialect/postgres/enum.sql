-- Enumerated types with their values in order.
select n.nspname as path1,
       t.typname as path2,
       t.oid as _oid,
       t.typacl::text[] as _acl,
       pg_get_userbyid(t.typowner) as owner,
       (select array_agg(v.enumlabel::text order by v.enumsortorder) from pg_enum v where v.enumtypid = t.oid) as values,
       obj_description(t.oid, 'pg_type') as comment
from pg_type t
join pg_namespace n on n.oid = t.typnamespace
where t.typtype = 'e' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
