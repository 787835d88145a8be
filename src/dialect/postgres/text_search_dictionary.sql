-- Dictionaries of text search.
select n.nspname as path1,
       d.dictname as path2,
       d.oid as _oid,
       pg_get_userbyid(d.dictowner) as owner,
       (select quote_ident(m.nspname) || '.' || quote_ident(t.tmplname)
        from pg_ts_template t join pg_namespace m on m.oid = t.tmplnamespace where t.oid = d.dicttemplate) as template,
       d.dictinitoption as options,
       obj_description(d.oid, 'pg_ts_dict') as comment
from pg_ts_dict d
join pg_namespace n on n.oid = d.dictnamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
