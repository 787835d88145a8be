-- Casts. Those that come with a range type depend on it internally.
select format_type(c.castsource, null) || ' as ' || format_type(c.casttarget, null) as path1,
       c.oid as _oid,
       format_type(c.castsource, null) as source,
       format_type(c.casttarget, null) as target,
       case when c.castfunc <> 0 then c.castfunc::regprocedure::text end as function,
       case when c.castmethod = 'i' then 'INOUT' end as method,
       case c.castcontext when 'a' then 'ASSIGNMENT' when 'i' then 'IMPLICIT' end as context,
       obj_description(c.oid, 'pg_cast') as comment
from pg_cast c
where c.oid >= 16384
  and not exists (select 1 from pg_depend e where e.classid = 'pg_cast'::regclass and e.objid = c.oid and e.deptype = 'i')
