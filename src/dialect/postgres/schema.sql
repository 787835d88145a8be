-- Schemas. `public` is there from the start, and its owner as the server made it goes by one name on
-- every version.
select n.nspname as path1,
       n.oid as _oid,
       n.nspacl::text[] as _acl,
       case when n.nspname = 'public' then
            case when current_setting('server_version_num')::integer < 150000 then 'open public schema' else 'public schema' end
       end as _grantable,
       pg_get_userbyid(n.nspowner) as _owner,
       case when n.nspname = 'public' and n.nspowner = 10 then 'pg_database_owner' else pg_get_userbyid(n.nspowner) end as owner,
       obj_description(n.oid, 'pg_namespace') as comment
from pg_namespace n
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
