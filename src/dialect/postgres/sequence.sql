-- Sequences; those behind identity columns belong to their columns.
select n.nspname as path1,
       c.relname as path2,
       c.oid as _oid,
       c.relacl::text[] as _acl,
       pg_get_userbyid(c.relowner) as owner,
       format_type(s.seqtypid, null) as type,
       s.seqstart::text as start,
       s.seqincrement::text as increment,
       s.seqmin::text as minimum,
       s.seqmax::text as maximum,
       s.seqcache::text as cache,
       s.seqcycle as cycle,
       c.relpersistence = 'u' as unlogged,
       (select array[rn.nspname::text, rc.relname::text, ra.attname::text]
        from pg_depend d
        join pg_class rc on rc.oid = d.refobjid
        join pg_namespace rn on rn.oid = rc.relnamespace
        join pg_attribute ra on ra.attrelid = rc.oid and ra.attnum = d.refobjsubid
        where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'a'
          and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0) as owned_by,
       (select e.description from pg_description e where e.objoid = c.oid and e.classoid = 'pg_class'::regclass and e.objsubid = 0) as comment
from pg_class c
join pg_sequence s on s.seqrelid = c.oid
join pg_namespace n on n.oid = c.relnamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'i')
