-- Foreign servers. Options that may be secrets stay on the server.
select s.srvname as path1,
       s.oid as _oid,
       s.srvacl::text[] as _acl,
       pg_get_userbyid(s.srvowner) as owner,
       w.fdwname as wrapper,
       s.srvtype as type,
       s.srvversion as server_version,
       (select array_agg(regexp_replace(o, '^([^=]*(pass|secret|token|credential|private|sslkey|api_?key|access_?key)[^=]*)=.*$', '\1=***', 'i') order by o)
        from unnest(s.srvoptions) o) as options,
       obj_description(s.oid, 'pg_foreign_server') as comment
from pg_foreign_server s
join pg_foreign_data_wrapper w on w.oid = s.srvfdw
