-- Conversions between encodings.
select n.nspname as path1,
       c.conname as path2,
       c.oid as _oid,
       pg_get_userbyid(c.conowner) as owner,
       c.condefault as "default",
       pg_encoding_to_char(c.conforencoding) as source,
       pg_encoding_to_char(c.contoencoding) as target,
       c.conproc::text as function,
       obj_description(c.oid, 'pg_conversion') as comment
from pg_conversion c
join pg_namespace n on n.oid = c.connamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
