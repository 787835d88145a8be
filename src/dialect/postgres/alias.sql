-- Catalog rows that stand for another object: a view's rule for the view, a default for its
-- column, an index for its constraint. Facet is the part that the row is of the other object. Of the
-- types that come with tables and with other types, only those are listed that something needs.
select 'pg_rewrite'::regclass::oid as class, r.oid as oid, 'pg_class'::regclass::oid as to_class, r.ev_class as to_oid, 0 as to_sub,
       null as facet
from pg_rewrite r where r.rulename = '_RETURN' and r.oid >= 16384
union all
select 'pg_attrdef'::regclass, d.oid, 'pg_class'::regclass, d.adrelid, d.adnum,
       case when (d.adrelid, d.adnum) not in (select a.attrelid, a.attnum from pg_attribute a where a.attgenerated <> '') then 'default' end
from pg_attrdef d
where d.oid in (select p.objid from pg_depend p where p.classid = 'pg_attrdef'::regclass and p.deptype = 'n')
union all
select 'pg_type'::regclass, t.oid, 'pg_class'::regclass, t.typrelid, 0, null
from pg_type t where t.typrelid <> 0 and t.oid >= 16384
  and t.oid in (select p.refobjid from pg_depend p where p.refclassid = 'pg_type'::regclass and p.deptype <> 'i')
union all
select 'pg_class'::regclass, c.oid, 'pg_type'::regclass, c.reltype, 0, null
from pg_class c where c.relkind = 'c' and c.oid >= 16384
union all
select 'pg_type'::regclass, t.typarray, 'pg_type'::regclass, t.oid, 0, null
from pg_type t where t.typarray <> 0 and t.oid >= 16384
  and exists (select 1 from pg_depend p where p.refclassid = 'pg_type'::regclass and p.refobjid = t.typarray)
union all
select 'pg_type'::regclass, r.rngmultitypid, 'pg_type'::regclass, r.rngtypid, 0, null from pg_range r where r.rngtypid >= 16384 -- since 14
union all -- since 14
select 'pg_constraint'::regclass, t.tgconstraint, 'pg_trigger'::regclass, t.oid, 0, null
from pg_trigger t where not t.tgisinternal and t.tgconstraint <> 0
union all
select 'pg_class'::regclass, o.conindid, 'pg_constraint'::regclass, o.oid, 0, null
from pg_constraint o where o.contype in ('p', 'u', 'x') and o.conindid <> 0
union all
select d.classid, d.objid, d.refclassid, d.refobjid, d.refobjsubid, null
from pg_depend d
where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype = 'i' and d.refobjsubid > 0
union all
select d.classid, d.objid, d.refclassid, d.refobjid, 0, null
from pg_depend d
where d.classid in ('pg_amop'::regclass, 'pg_amproc'::regclass) and d.deptype in ('i', 'a')
  and d.refclassid in ('pg_opclass'::regclass, 'pg_opfamily'::regclass)
union all
select 'pg_publication_rel'::regclass, r.oid, 'pg_publication'::regclass, r.prpubid, 0, 'tables' from pg_publication_rel r
union all
select 'pg_publication_namespace'::regclass, s.oid, 'pg_publication'::regclass, s.pnpubid, 0, 'schemas' from pg_publication_namespace s -- since 15
union all -- since 15
select d.classid, d.objid, d.refclassid, d.refobjid, 0, null
from pg_depend d where d.refclassid = 'pg_extension'::regclass and d.deptype = 'e'
