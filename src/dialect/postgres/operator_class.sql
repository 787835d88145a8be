-- Operator classes, with the members that are part of them.
select n.nspname as path1,
       c.opcname || ' using ' || m.amname as path2,
       c.oid as _oid,
       pg_get_userbyid(c.opcowner) as owner,
       c.opcname as name,
       m.amname as method,
       format_type(c.opcintype, null) as type,
       c.opcdefault as "default",
       (select quote_ident(fn.nspname) || '.' || quote_ident(f.opfname)
        from pg_opfamily f join pg_namespace fn on fn.oid = f.opfnamespace where f.oid = c.opcfamily) as family,
       format_type(nullif(c.opckeytype, 0), null) as storage,
       (select json_agg(json_build_array(x.head, x.types, x.body) order by x.class, x.number, x.types) from (
            select 1 as class, o.amopstrategy as number, 'OPERATOR ' || o.amopstrategy as head,
                   format_type(o.amoplefttype, null) || ', ' || format_type(o.amoprighttype, null) as types,
                   o.amopopr::regoperator::text || coalesce(' FOR ORDER BY '
                        || (select quote_ident(sn.nspname) || '.' || quote_ident(s.opfname)
                            from pg_opfamily s join pg_namespace sn on sn.oid = s.opfnamespace where s.oid = o.amopsortfamily), '') as body
            from pg_depend d join pg_amop o on o.oid = d.objid
            where d.classid = 'pg_amop'::regclass and d.refclassid = 'pg_opclass'::regclass and d.refobjid = c.oid
            union all
            select 2, p.amprocnum, 'FUNCTION ' || p.amprocnum,
                   format_type(p.amproclefttype, null) || ', ' || format_type(p.amprocrighttype, null),
                   p.amproc::oid::regprocedure::text
            from pg_depend d join pg_amproc p on p.oid = d.objid
            where d.classid = 'pg_amproc'::regclass and d.refclassid = 'pg_opclass'::regclass and d.refobjid = c.oid) x) as members,
       obj_description(c.oid, 'pg_opclass') as comment
from pg_opclass c
join pg_am m on m.oid = c.opcmethod
join pg_namespace n on n.oid = c.opcnamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
