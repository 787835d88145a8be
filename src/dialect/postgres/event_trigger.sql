-- Event triggers.
select e.evtname as path1,
       e.oid as _oid,
       pg_get_userbyid(e.evtowner) as owner,
       e.evtevent as event,
       array[n.nspname::text, p.proname::text] as function,
       e.evttags as tags,
       case e.evtenabled when 'D' then 'DISABLE' when 'R' then 'ENABLE REPLICA' when 'A' then 'ENABLE ALWAYS' end as enabled,
       obj_description(e.oid, 'pg_event_trigger') as comment
from pg_event_trigger e
join pg_proc p on p.oid = e.evtfoid
join pg_namespace n on n.oid = p.pronamespace
