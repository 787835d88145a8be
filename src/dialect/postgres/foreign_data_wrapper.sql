-- Foreign-data wrappers. Options that may be secrets stay on the server.
select w.fdwname as path1,
       w.oid as _oid,
       w.fdwacl::text[] as _acl,
       pg_get_userbyid(w.fdwowner) as owner,
       case when w.fdwhandler <> 0 then w.fdwhandler::regproc::text end as handler,
       case when w.fdwvalidator <> 0 then w.fdwvalidator::regproc::text end as validator,
       (select array_agg(regexp_replace(o, '^([^=]*(pass|secret|token|credential|private|sslkey|api_?key|access_?key)[^=]*)=.*$', '\1=***', 'i') order by o)
        from unnest(w.fdwoptions) o) as options,
       obj_description(w.oid, 'pg_foreign_data_wrapper') as comment
from pg_foreign_data_wrapper w
