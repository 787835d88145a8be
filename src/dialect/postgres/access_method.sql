-- Access methods that somebody has made.
select a.amname as path1,
       a.oid as _oid,
       case a.amtype when 't' then 'TABLE' else 'INDEX' end as type,
       a.amhandler::text as handler,
       obj_description(a.oid, 'pg_am') as comment
from pg_am a
where a.oid >= 16384
