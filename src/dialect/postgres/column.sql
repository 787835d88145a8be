-- Columns of tables and foreign tables. Of columns that come from a parent table or from a type,
-- only those are listed that have something of their own. Since 17, a partition has the identity of
-- its parent.
-- There are many columns: what few of them have is in one value, and of the sequence of an identity
-- there is only what the server would not take by itself (sequence.rs says what that is).
-- print generated: (select pg_get_expr(d.adbin, d.adrelid) from pg_attrdef d where d.oid = t.oid)
select a.attname as path1,
       a.attrelid as _relation,
       a.attnum as _sub,
       nullif(quote_ident(a.attname), a.attname) as _quoted,
       case t.typtype when 'b' then case when t.typcategory = 'A' then 2277 else t.oid end when 'e' then 3500 when 'r' then 3831 end as _sorted_as,
       nullif(a.attcollation, 0) as _collation,
       a.attacl::text[] as _acl,
       case when a.attacl is not null then pg_get_userbyid(c.relowner) end as _owner,
       not a.attislocal or c.reloftype <> 0 as inherited,
       case when a.attislocal and c.reloftype = 0 then format_type(a.atttypid, a.atttypmod) end as type,
       case when a.attcollation <> t.typcollation
            then (select quote_ident(m.nspname) || '.' || quote_ident(l.collname)
                  from pg_collation l join pg_namespace m on m.oid = l.collnamespace where l.oid = a.attcollation)
       end as collation,
       a.attnotnull as not_null,
       nullif(o.conname, concat(c.relname, '_', a.attname, '_not_null')) as not_null_name, -- since 18
       o.connoinherit as not_null_no_inherit, -- since 18
       not o.convalidated as not_null_unvalidated, -- since 18
       oe.description as not_null_comment, -- since 18
       case when a.attgenerated = '' then pg_get_expr(d.adbin, 0) end as "default",
       case when a.attgenerated <> '' then d.oid end as generated,
       a.attgenerated = 'v' as virtual, -- since 18
       case a.attidentity when 'a' then 'ALWAYS' when 'd' then 'BY DEFAULT' end as identity, -- until 16
       case when not c.relispartition then case a.attidentity when 'a' then 'ALWAYS' when 'd' then 'BY DEFAULT' end end as identity, -- since 17
       q.sequence as identity_sequence,
       case when a.attstorage <> t.typstorage or a.attstattarget >= 0 or a.attoptions is not null or a.attfdwoptions is not null
                 or a.attcompression <> '' -- since 14
            then json_build_object(
                 'storage', case when a.attstorage <> t.typstorage then
                      case a.attstorage when 'p' then 'PLAIN' when 'e' then 'EXTERNAL' when 'm' then 'MAIN' else 'EXTENDED' end end,
                 'compression', case a.attcompression when 'p' then 'pglz' when 'l' then 'lz4' end, -- since 14
                 'statistics', nullif(a.attstattarget, -1),
                 'options', (select array_agg(o order by o) from unnest(a.attoptions) o where o not like 'pg_attver=%'),
                 'fdw options', (select array_agg(o order by o) from unnest(a.attfdwoptions) o))
       end as _more,
       e.description as comment
from pg_attribute a
join pg_class c on c.oid = a.attrelid
join pg_type t on t.oid = a.atttypid
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
left join (select p.refobjid, p.refobjsubid,
                  json_strip_nulls(json_build_object('name', json_build_array(n.nspname, r.relname),
                       'start', nullif(s.seqstart, 1)::text, 'increment', nullif(s.seqincrement, 1)::text,
                       'minimum', nullif(s.seqmin, 1)::text,
                       'maximum', nullif(s.seqmax, case s.seqtypid when 'int2'::regtype then 32767 when 'int4'::regtype then 2147483647
                                                   else 9223372036854775807 end)::text,
                       'cache', nullif(s.seqcache, 1)::text, 'cycle', nullif(s.seqcycle, false),
                       'unlogged', nullif(r.relpersistence = 'u', false))) as sequence
           from pg_depend p
           join pg_sequence s on s.seqrelid = p.objid
           join pg_class r on r.oid = s.seqrelid
           join pg_namespace n on n.oid = r.relnamespace
           where p.classid = 'pg_class'::regclass and p.refclassid = 'pg_class'::regclass and p.deptype = 'i') q
  on q.refobjid = a.attrelid and q.refobjsubid = a.attnum and a.attidentity <> ''
left join pg_description e on e.objoid = a.attrelid and e.objsubid = a.attnum and e.classoid = 'pg_class'::regclass
left join pg_constraint o on o.conrelid = a.attrelid and o.contype = 'n' and o.conkey = array[a.attnum] and o.conislocal and a.attnotnull -- since 18
left join pg_description oe on oe.objoid = o.oid and oe.objsubid = 0 and oe.classoid = 'pg_constraint'::regclass -- since 18
where c.relkind in ('r', 'p', 'f') and a.attnum > 0 and not a.attisdropped and a.attrelid >= 16384
