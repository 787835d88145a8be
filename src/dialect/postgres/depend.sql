-- What needs what, as the catalog knows it; the system's own objects are left out.
select d.classid as class, d.objid as oid, d.objsubid as sub,
       d.refclassid as ref_class, d.refobjid as ref_oid, d.refobjsubid as ref_sub,
       d.deptype::text as type
from pg_depend d
where d.objid >= 16384 and (d.refobjid >= 16384 or d.refclassid = 'pg_namespace'::regclass)
  and d.deptype in ('n', 'a', 'i', 'e', 'P', 'S')
