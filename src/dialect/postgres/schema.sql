-- Schemas, `public` among them.
select n.nspname as path1,
       n.oid as _oid,
       n.nspacl::text[] as _acl,
       pg_get_userbyid(n.nspowner) as owner,
       obj_description(n.oid, 'pg_namespace') as comment
from pg_namespace n
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
