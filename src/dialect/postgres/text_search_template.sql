-- Templates of text search dictionaries.
select n.nspname as path1,
       t.tmplname as path2,
       t.oid as _oid,
       case when t.tmplinit <> 0 then t.tmplinit::text end as init,
       t.tmpllexize::text as lexize,
       obj_description(t.oid, 'pg_ts_template') as comment
from pg_ts_template t
join pg_namespace n on n.oid = t.tmplnamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
