-- Base types, and shells of them that nobody has made yet.
select n.nspname as path1,
       t.typname as path2,
       t.oid as _oid,
       t.typacl::text[] as _acl,
       pg_get_userbyid(t.typowner) as owner,
       case when t.typisdefined then t.typinput::text end as input,
       case when t.typisdefined then t.typoutput::text end as output,
       case when t.typreceive <> 0 then t.typreceive::text end as receive,
       case when t.typsend <> 0 then t.typsend::text end as send,
       case when t.typmodin <> 0 then t.typmodin::text end as typmod_in,
       case when t.typmodout <> 0 then t.typmodout::text end as typmod_out,
       case when t.typanalyze <> 0 then t.typanalyze::text end as "analyze",
       case when t.typsubscript <> 0 then t.typsubscript::text end as subscript, -- since 14
       case when t.typisdefined and t.typlen > 0 then t.typlen end as length,
       t.typisdefined and t.typbyval as passed_by_value,
       case when t.typisdefined then
         case t.typalign when 'c' then 'char' when 's' then 'int2' when 'd' then 'double' end
       end as alignment,
       case t.typstorage when 'e' then 'external' when 'x' then 'extended' when 'm' then 'main' end as storage,
       case when t.typisdefined and t.typcategory <> 'U' then t.typcategory::text end as category,
       t.typispreferred as preferred,
       to_json(t.typdefault) as "default",
       case when t.typelem <> 0 then format_type(t.typelem, null) end as element,
       case when t.typisdefined and t.typdelim <> ',' then t.typdelim::text end as delimiter,
       t.typcollation <> 0 as collatable,
       obj_description(t.oid, 'pg_type') as comment
from pg_type t
join pg_namespace n on n.oid = t.typnamespace
where (t.typtype = 'b' or t.typtype = 'p' and not t.typisdefined) and t.oid >= 16384
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and not exists (select from pg_type e where e.typarray = t.oid)
