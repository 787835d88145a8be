-- Languages for functions that somebody has made.
select l.lanname as path1,
       l.oid as _oid,
       l.lanacl::text[] as _acl,
       pg_get_userbyid(l.lanowner) as owner,
       l.lanpltrusted as trusted,
       case when l.lanplcallfoid <> 0 then l.lanplcallfoid::regproc::text end as handler,
       case when l.laninline <> 0 then l.laninline::regproc::text end as inline,
       case when l.lanvalidator <> 0 then l.lanvalidator::regproc::text end as validator,
       obj_description(l.oid, 'pg_language') as comment
from pg_language l
where l.oid >= 16384
