-- User mappings. Options that may be secrets stay on the server.
select m.srvname as path1,
       m.usename as path2,
       m.umid as _oid,
       (select array_agg(regexp_replace(o, '^([^=]*(pass|secret|token|credential|private|sslkey|api_?key|access_?key)[^=]*)=.*$', '\1=***', 'i') order by o)
        from unnest(m.umoptions) o) as options
from pg_user_mappings m
