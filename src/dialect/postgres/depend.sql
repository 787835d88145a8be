-- What needs what, as the catalog knows it. Left out are the system's own objects, the triggers
-- behind foreign keys, and what only says that a row is a part of another: the index of a constraint,
-- a toast table and its index.
select d.classid as class, d.objid as oid, d.objsubid as sub,
       d.refclassid as ref_class, d.refobjid as ref_oid, d.refobjsubid as ref_sub,
       d.deptype = 'a' as automatic
from pg_depend d
where d.objid >= 16384 and (d.refobjid >= 16384 or d.refclassid = 'pg_namespace'::regclass)
  and d.deptype in ('n', 'a', 'i', 'e', 'P', 'S')
  and not (d.classid = 'pg_trigger'::regclass and d.refclassid = 'pg_constraint'::regclass and d.deptype = 'i')
  and not (d.classid = 'pg_type'::regclass and d.refclassid in ('pg_class'::regclass, 'pg_type'::regclass) and d.deptype = 'i')
  and not (d.classid = 'pg_attrdef'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i'))
  and not (d.classid = 'pg_class'::regclass and d.refclassid = 'pg_constraint'::regclass and d.deptype = 'i')
  and not (d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype = 'i' and d.refobjsubid = 0)
