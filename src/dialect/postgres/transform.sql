-- Transforms between types and languages.
select format_type(t.trftype, null) || ' for ' || l.lanname as path1,
       t.oid as _oid,
       format_type(t.trftype, null) as type,
       l.lanname as language,
       case when t.trffromsql <> 0 then t.trffromsql::oid::regprocedure::text end as from_sql,
       case when t.trftosql <> 0 then t.trftosql::oid::regprocedure::text end as to_sql,
       obj_description(t.oid, 'pg_transform') as comment
from pg_transform t
join pg_language l on l.oid = t.trflang
