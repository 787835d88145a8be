-- Operator families, with the members that belong to no operator class.
select n.nspname as path1,
       f.opfname || ' using ' || m.amname as path2,
       f.oid as _oid,
       pg_get_userbyid(f.opfowner) as owner,
       f.opfname as name,
       m.amname as method,
       (select json_agg(json_build_array(x.head, x.types, x.body) order by x.class, x.number, x.types) from (
            select 1 as class, o.amopstrategy as number, 'OPERATOR ' || o.amopstrategy as head,
                   format_type(o.amoplefttype, null) || ', ' || format_type(o.amoprighttype, null) as types,
                   o.amopopr::regoperator::text || coalesce(' FOR ORDER BY '
                        || (select quote_ident(sn.nspname) || '.' || quote_ident(s.opfname)
                            from pg_opfamily s join pg_namespace sn on sn.oid = s.opfnamespace where s.oid = o.amopsortfamily), '') as body
            from pg_depend d join pg_amop o on o.oid = d.objid
            where d.classid = 'pg_amop'::regclass and d.refclassid = 'pg_opfamily'::regclass and d.refobjid = f.oid
            union all
            select 2, p.amprocnum, 'FUNCTION ' || p.amprocnum,
                   format_type(p.amproclefttype, null) || ', ' || format_type(p.amprocrighttype, null),
                   p.amproc::oid::regprocedure::text
            from pg_depend d join pg_amproc p on p.oid = d.objid
            where d.classid = 'pg_amproc'::regclass and d.refclassid = 'pg_opfamily'::regclass and d.refobjid = f.oid) x) as members,
       obj_description(f.oid, 'pg_opfamily') as comment
from pg_opfamily f
join pg_am m on m.oid = f.opfmethod
join pg_namespace n on n.oid = f.opfnamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
