-- Parsers of text search.
select n.nspname as path1,
       p.prsname as path2,
       p.oid as _oid,
       p.prsstart::text as start,
       p.prstoken::text as token,
       p.prsend::text as "end",
       p.prslextype::text as types,
       case when p.prsheadline <> 0 then p.prsheadline::text end as headline,
       obj_description(p.oid, 'pg_ts_parser') as comment
from pg_ts_parser p
join pg_namespace n on n.oid = p.prsnamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
